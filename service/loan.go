package service

import (
	"context"
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// lender is a provider with the field it fills.
type lender struct {
	name     string
	index    []int
	provider dependency.Provider
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
