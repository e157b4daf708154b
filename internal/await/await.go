// Package await is what a test waits with.
//
// Each wait is bounded by [Patience], or by the limit that the test gives instead,
// and a wait in vain ends the test. All but Within are for the goroutine that runs
// the test, as Fatalf is.
package await

import (
	"context"
	"testing"
	"time"
)

// Patience bounds every wait that has no limit of its own. It is less than that of
// a svctest.World, so that a test says itself what it has waited for.
const Patience = 9 * time.Second

// pause is how long Until waits before it asks again.
const pause = 5 * time.Millisecond

// Within returns a context that ends with the test, or after Patience. In a cleanup,
// where that of the test has ended already, it ends with the cleanups.
func Within(tb testing.TB, limit ...time.Duration) context.Context {
	tb.Helper()
	parent := tb.Context()
	if parent.Err() != nil {
		parent = context.WithoutCancel(parent)
	}
	ctx, cancel := context.WithTimeout(parent, bound(limit))
	tb.Cleanup(cancel)
	return ctx
}

// Take receives from c. From a closed channel it takes the zero value.
func Take[T any](tb testing.TB, c <-chan T, limit ...time.Duration) (v T) {
	tb.Helper()
	timer := time.NewTimer(bound(limit))
	defer timer.Stop()
	select {
	case v = <-c:
	case <-timer.C:
		tb.Fatalf("nothing came within %v", bound(limit))
	}
	return v
}

// Until asks again and again until ok: for what tells nobody that it has happened.
// Where somebody tells, Take is better. What completes "wait until".
func Until(tb testing.TB, what string, ok func() bool, limit ...time.Duration) {
	tb.Helper()
	timer, tick := time.NewTimer(bound(limit)), time.NewTicker(pause)
	defer timer.Stop()
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-timer.C:
			tb.Fatalf("wait until %s: not within %v", what, bound(limit))
			return
		}
	}
}

// bound is the limit that was given, or Patience.
func bound(limit []time.Duration) time.Duration {
	if len(limit) == 0 {
		return Patience
	}
	return limit[0]
}
