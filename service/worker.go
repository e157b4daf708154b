package service

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

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
	if entrypoint.Refused(err) {
		return fmt.Errorf("outcome of the method: %w", err)
	}
	return err
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
