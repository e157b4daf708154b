package lock

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/enoki-go/enoki/broker"
)

const (
	// restAfterLoss is how long one who came too late stays away, at most.
	restAfterLoss = 20 * time.Millisecond
	// mostRest is how long it is waited, at most, before the lock is looked at though
	// nobody has told that it is free.
	mostRest = 2 * time.Second
)

// rest waits for a random part of a time, for as long as ctx lives.
func rest(ctx context.Context, most time.Duration) error { return restOr(ctx, most, nil) }

// restOr is rest that a word on told ends.
func restOr(ctx context.Context, most time.Duration, told <-chan struct{}) error {
	timer := time.NewTimer(most/2 + rand.N(most/2)) //nolint:gosec // it keeps processes from asking all at once, no secret
	defer timer.Stop()
	select {
	case <-told:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// waiter waits for a lock that another process holds.
type waiter struct {
	keeper *keeper
	told   chan struct{} // holds a word that the lock was given back
	watch  *broker.Subscription
}

// wait returns when the lock is to be looked at again. The first time, that is when
// it will be told that it is given back: it may just have been.
func (w *waiter) wait(ctx context.Context, b *broker.Bucket, owner string) error {
	if w.watch == nil {
		watch, err := b.Watch(w.keeper.name, w.tell)
		if err != nil {
			return err
		}
		w.watch = watch
		return w.keeper.conn.Flush(ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(w.keeper.life, func() { cancel(broker.ErrClosed) })()
	if err := restOr(ctx, min(w.keeper.ttl/3, mostRest), w.told); err != nil {
		return heldBy(owner).Because(err)
	}
	return nil
}

// tell runs on the goroutine of the subscription.
func (w *waiter) tell(deleted bool) {
	if !deleted {
		return
	}
	select {
	case w.told <- struct{}{}:
	default:
	}
}

func (w *waiter) stop() {
	if w.watch == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), giveBackLimit)
	defer cancel()
	_ = w.watch.Stop(ctx) // it ends with the connection at the latest
}
