// Package clock is the time as a field, which a test sets and advances.
//
//	type Orders struct {
//		Clock clock.Clock
//		…
//	}
//
// A field without a value is the clock of the system. A unit test sets it to a
// [Manual] one and advances that. Where services, broker, retries and timers are to
// share the time of a test, svctest.Virtual sets that of the whole process instead, and
// no field is needed.
package clock

import (
	"context"
	"time"
)

// Clock tells the time and waits. The zero Clock is the system's. It is safe for
// concurrent use.
type Clock struct{ manual *Manual } // nil for the system's

// Now returns the time.
func (c Clock) Now() time.Time {
	if c.manual == nil {
		return time.Now()
	}
	return c.manual.now()
}

// After returns a channel that receives the time once, when d has passed.
func (c Clock) After(d time.Duration) <-chan time.Time {
	if c.manual == nil {
		return time.NewTimer(d).C
	}
	return c.manual.after(d)
}

// Sleep returns nil when d has passed, or why ctx has ended before.
func (c Clock) Sleep(ctx context.Context, d time.Duration) error {
	passed, forget := c.timer(d)
	defer forget()
	select {
	case <-passed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// timer is After with a function that frees what nobody waits for any more.
func (c Clock) timer(d time.Duration) (passed <-chan time.Time, forget func()) {
	if c.manual != nil {
		passed = c.manual.after(d)
		return passed, func() { c.manual.forget(passed) }
	}
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
