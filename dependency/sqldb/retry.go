package sqldb

import (
	"context"
	"fmt"
	"time"
)

// RetryOption says how often and how quickly something is tried again.
type RetryOption func(*retries)

type retries struct {
	most          int
	factor, limit time.Duration
}

// Retries is how often it is tried again; 5.
func Retries(n int) RetryOption { return func(r *retries) { r.most = n } }

// Backoff is the pause before each try but the first: none before the second, then
// factor·2ⁿ⁻¹ before the nth repetition, and limit at most; 50 ms and 2 s, which
// makes 0, 100, 200, 400 and 800 ms.
func Backoff(factor, limit time.Duration) RetryOption {
	return func(r *retries) { r.factor, r.limit = factor, limit }
}

// pause returns how long to wait before the nth repetition.
func (r retries) pause(n int) time.Duration {
	if n <= 1 {
		return 0
	}
	p := r.factor
	for range n - 1 {
		if p *= 2; p <= 0 || p >= r.limit {
			return r.limit
		}
	}
	return min(p, r.limit)
}

// Retry calls f until it returns nil or an error that is not worth another try, as
// long as ctx lives. Worth one are those of this package's databases that had no
// effect: PostgreSQL's serialization failures and deadlocks, SQLite's "database is
// locked", and connections that could not be made or were lost before a commit was
// sent. A commit without an answer is none of them, nor is one that fails after
// another session of the same call has committed.
//
// The error is that of the last call. [Database.Do] does this by itself; for the
// session of a call a middleware does it around the whole call.
func Retry(ctx context.Context, f func(ctx context.Context) error, options ...RetryOption) error {
	r := retries{most: 5, factor: 50 * time.Millisecond, limit: 2 * time.Second}
	for _, o := range options {
		o(&r)
	}
	for n := 1; ; n++ {
		err := f(ctx)
		if err == nil || n > r.most || !again(err) {
			return err
		}
		if !sleep(ctx, r.pause(n)) {
			return fmt.Errorf("after %d tries: %w", n, err)
		}
	}
}

// sleep returns false where ctx ended before.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
