package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"runtime/debug"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// Handler runs a call and returns its outcome.
type Handler func(ctx context.Context, c *entrypoint.Call) (any, error)

// Middleware wraps the run of every call, dependencies included: it sees the
// outcome that the caller will be told. The first one given is the outermost.
type Middleware func(next Handler) Handler

// PanicError is the outcome of a call that panicked. Its stack stays in
// the log; its text crosses the wire as that of any undeclared error.
type PanicError struct {
	Value any
	Stack []byte
}

// Error returns the panic's value as text.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// errExited is the outcome of a call whose goroutine was ended from within. No
// recover sees that; only what was deferred still runs.
var errExited = errors.New("runtime.Goexit ended the goroutine of the call; want a return (in a test, t.Error instead of t.Fatal)")

// serve is the life of one call on its worker: run it, tell the observers,
// answer.
func (c *container) serve(j *job) {
	out, err := any(nil), errExited
	defer func() {
		j.took = time.Since(j.started)
		j.forestalled = !c.conclude(j, out, err, j.took)
		j.call.Cancel()
	}()
	out, err = c.run(j)
}

// run calls the middleware and, within it, the method. A panic becomes the error.
func (c *container) run(j *job) (out any, err error) {
	defer recovered(&out, &err)
	if c.observed() {
		c.emit(CallStarted{Call: j.call, Time: j.started})
	}
	c.sayStart(j.call)
	out, err = c.handler(j.call.Context(), j.call)
	return out, sound(err)
}

// sayStart logs a call before its method runs. What its arguments say of themselves does
// not concern the method; how they are read does.
func (c *container) sayStart(call *entrypoint.Call) {
	if !c.app.logger.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	_ = call.Bind() // the call panics where it does
	if e := guarded(func() error { logStart(c.app.logger, call); return nil }); e != nil {
		c.logger.Error("the arguments of a call cannot be logged", "method", call.Name, "call_id", call.ID, "error", scrubbed(call, e))
	}
}

// sound returns an error of a method as it can be handled: a nil pointer in it
// panics here, not in who sends or logs it, and the refusals of calls that did
// not run are not those of one that did.
func sound(err error) error {
	if err == nil {
		return nil
	}
	_, _ = err.Error(), fault.From(err).Error()
	switch err {
	case entrypoint.ErrBusy, entrypoint.ErrExpired, entrypoint.ErrStopping: //nolint:errorlint // these very values; what wraps them is no refusal
		return fmt.Errorf("outcome of the method: %w", err)
	default:
		return err
	}
}

// conclude tells the log, the observers and the entrypoint the outcome. False
// means that this was done, or begun, before.
func (c *container) conclude(j *job, out any, err error, elapsed time.Duration) bool {
	if !j.answered.CompareAndSwap(false, true) {
		return false
	}
	if j.served != nil {
		j.served.Count(elapsed, err)
	}
	if e := guarded(func() error { logOutcome(c.app.logger, j.call, err, elapsed); return nil }); e != nil {
		c.logger.Error("the outcome of a call cannot be logged", "method", j.call.Name, "call_id", j.call.ID, "error", e)
	}
	if c.observed() {
		c.emit(CallEnded{Call: j.call, Result: out, Err: err, Elapsed: elapsed})
	}
	if err := guarded(func() error { j.end(out, err); return nil }); err != nil {
		c.logger.Error("the entrypoint panicked when it was told the outcome of a call",
			"method", j.call.Name, "call_id", j.call.ID, "error", err)
	}
	return true
}

// decline answers a call that did not run.
func (c *container) decline(j *job, why error) {
	if err := guarded(func() error { j.end(nil, why); return nil }); err != nil {
		c.logger.Error("the entrypoint panicked when it was told that a call will not run",
			"method", j.call.Name, "call_id", j.call.ID, "error", err)
	}
}

// interrupt tells the entrypoint that the context of a running call ends next.
func (c *container) interrupt(j *job) {
	if j.answered.Load() {
		return
	}
	if err := guarded(func() error { j.interrupt(); return nil }); err != nil {
		c.logger.Error("the entrypoint panicked when it was told that a call is interrupted",
			"method", j.call.Name, "call_id", j.call.ID, "error", err)
	}
}

// recovered turns a panic into the error of the function that defers it.
func recovered(out *any, err *error) {
	if v := recover(); v != nil {
		*out, *err = nil, &PanicError{Value: v, Stack: debug.Stack()}
	}
}

// invoke is the innermost handler: a fresh copy of the struct, dependencies in
// the order of their fields, the method, then the releases in reverse.
func (c *container) invoke(ctx context.Context, call *entrypoint.Call) (out any, err error) {
	receiver := reflect.New(c.spec.structType)
	receiver.Elem().Set(c.spec.prototype.Elem())
	if len(c.lenders) == 0 {
		return runMethod(ctx, call, receiver)
	}
	if c.scoped {
		ctx = dependency.WithScope(ctx)
	}
	var loans []loan
	err = errExited // until the method has returned
	defer func() {
		if err = c.release(ctx, call, loans, err); err != nil {
			out = nil
		}
	}()
	if e := c.acquire(ctx, receiver.Elem(), &loans); e != nil {
		return nil, e
	}
	return runMethod(ctx, call, receiver)
}

func runMethod(ctx context.Context, call *entrypoint.Call, receiver reflect.Value) (out any, err error) {
	defer recovered(&out, &err)
	return call.Invoke(ctx, receiver)
}

// loan is a dependency that has to be given back.
type loan struct {
	field   string
	release dependency.Release
}

// acquire fills the fields whose values are lent per call. What has to be given
// back is in loans, also where it fails.
func (c *container) acquire(ctx context.Context, into reflect.Value, loans *[]loan) error {
	for _, l := range c.lenders {
		release, err := l.acquire(ctx, into.FieldByIndex(l.index))
		if release != nil {
			*loans = append(*loans, loan{l.name, release})
		}
		if err != nil {
			return fmt.Errorf("acquire %s: %w", l.name, err)
		}
	}
	return nil
}

// acquire puts what the provider lends into the field; a panic in the provider,
// or a value of another type, costs this call.
func (l *lender) acquire(ctx context.Context, field reflect.Value) (release dependency.Release, err error) {
	var value any
	defer recovered(&value, &err)
	value, lent, err := l.provider.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	release = lent
	if value != nil {
		field.Set(reflect.ValueOf(value))
	}
	return release, nil
}

// release gives everything back in reverse order and returns the outcome, which
// a release that fails turns into its own error. One that ends the goroutine is a
// failure too, and those after it run nevertheless.
func (c *container) release(ctx context.Context, call *entrypoint.Call, loans []loan, outcome error) (after error) {
	last := len(loans) - 1
	if last < 0 {
		return outcome
	}
	if after = outcome; after == nil {
		after = errExited // until the release has returned
	}
	defer func() { after = c.release(ctx, call, loans[:last], after) }()
	return c.releaseOne(ctx, call, loans[last], outcome)
}

// releaseOne gives one loan back and returns the outcome. That of a call that has
// failed already stays as it is; the error of its release is logged.
func (c *container) releaseOne(ctx context.Context, call *entrypoint.Call, l loan, outcome error) error {
	err := l.giveBack(ctx, call, outcome)
	switch {
	case err == nil:
		return outcome
	case outcome == nil:
		return fmt.Errorf("release %s: %w", l.field, err)
	default:
		c.logger.ErrorContext(ctx, "release after a failed call", "dependency", l.field, "error", err)
		return outcome
	}
}

// giveBack tells the provider the outcome; neither that nor its own error has the
// sensitive arguments in it.
func (l loan) giveBack(ctx context.Context, call *entrypoint.Call, outcome error) (err error) {
	var none any
	defer recovered(&none, &err)
	if ctx.Err() != nil { // perhaps only since the release before
		fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), unwind)
		defer cancel()
		ctx = fresh
	}
	return quietly(call, l.release(ctx, quietly(call, outcome)))
}

// quietly is scrubbed for an error that nobody has heard yet: it may panic when it is
// asked for its text.
func quietly(call *entrypoint.Call, err error) (quiet error) {
	var none any
	defer recovered(&none, &quiet)
	return scrubbed(call, err)
}
