package events

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const maxBackoff = time.Hour

// backoff returns how long an event waits after its nth error.
func backoff(base time.Duration, n int) time.Duration {
	limit := max(base, maxBackoff)
	wait := base
	for range n - 1 {
		if wait *= 2; wait >= limit {
			return limit
		}
	}
	return wait
}

// jitter spreads a wait by a tenth in both directions, so that what failed together
// does not come again together.
func jitter(d time.Duration) time.Duration {
	tenth := d / 10
	return d - tenth + rand.N(2*tenth+1) //nolint:gosec // no secret
}

// retryError wraps an error of a handler with when to try again.
type retryError struct {
	after time.Duration
	cause error
}

func (e *retryError) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("to be tried again after %v", e.after)
	}
	return e.cause.Error()
}

func (e *retryError) Unwrap() error { return e.cause }

// RetryAfter is what a handler returns to have its event again after d, whatever its
// backoff. It is an attempt like any other; why may be nil.
func RetryAfter(d time.Duration, why error) error { return &retryError{d, why} }

// dropError wraps an error of a handler whose event is not worth another attempt.
type dropError struct{ cause error }

func (e *dropError) Error() string {
	if e.cause == nil {
		return "the event was dropped"
	}
	return "the event was dropped: " + e.cause.Error()
}

func (e *dropError) Unwrap() error { return e.cause }

// Drop is what a handler returns to be done with an event that it cannot handle: it is
// neither tried again nor kept among the dead letters. The error is logged.
func Drop(why error) error { return &dropError{why} }

// dropped reports whether a handler has given up its event.
func dropped(err error) bool {
	_, ok := errors.AsType[*dropError](err)
	return ok
}

// waitAfter returns how long an event waits after its nth error.
func (e *handled) waitAfter(err error, n int) time.Duration {
	if wish, ok := errors.AsType[*retryError](err); ok {
		return max(0, wish.after)
	}
	return jitter(backoff(e.Backoff, n))
}
