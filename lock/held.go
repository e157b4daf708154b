package lock

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// Held is a lock that is held. Its methods are safe for concurrent use.
type Held struct {
	token uint64
	ctx   context.Context // ends when the lock is lost or given back
	end   context.CancelCauseFunc

	keeper   *keeper // nil in a fake
	bucket   *broker.Bucket
	record   record
	revision uint64        // for keep, then for giveBack
	sent     time.Time     // the renewal that holds; for keep
	over     chan struct{} // closed when keep has returned

	releasing sync.Once
	released  error // what Release returns
}

// Fake returns a lock that is held until ctx ends or it is released, for a test that
// sets the funcs of a Mutex.
func Fake(ctx context.Context, token uint64) *Held {
	h := &Held{token: token, over: make(chan struct{})}
	h.ctx, h.end = context.WithCancelCause(ctx)
	close(h.over)
	return h
}

// errReleased is the cause of the end of the context of a lock that was given back.
var errReleased = errors.New("the lock was released")

// Token returns a number that is greater than that of every holder before.
func (h *Held) Token() uint64 { return h.token }

// Context returns the context of what is done under the lock. It is that which
// Acquire was given, and ends with ErrLost as its cause before others can take the
// lock: at the latest after nine tenths of ttl without a renewal.
func (h *Held) Context() context.Context { return h.ctx }

// Release gives the lock back, for as long as ctx lives, or for a second where that
// has ended. ErrLost means that it could not be kept until now. After another error
// nobody can take the lock before its ttl has passed. Again, it returns the same.
func (h *Held) Release(ctx context.Context) error {
	h.end(errReleased)
	<-h.over // keep does not wait for the broker once its context has ended
	h.releasing.Do(func() { h.released = h.giveBack(ctx) })
	return h.released
}

// hold keeps a lock that was stored as revision, which is the token, after sent.
func (k *keeper) hold(ctx context.Context, b *broker.Bucket, r record, token uint64, sent time.Time) *Held {
	h := &Held{token: token, keeper: k, bucket: b, record: r, revision: token, sent: sent, over: make(chan struct{})}
	h.ctx, h.end = context.WithCancelCause(ctx)
	k.work.Go(h.live)
	return h
}

// live renews the lock until it is released or lost, or whoever asked for it has
// ended, and then gives it back.
func (h *Held) live() {
	h.keep()
	close(h.over)
	if context.Cause(h.ctx) == errReleased { //nolint:errorlint // this very value
		return // Release gives it back
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.ctx), giveBackLimit)
	defer cancel()
	h.releasing.Do(func() { h.released = h.giveBack(ctx) })
}

const giveBackLimit = time.Second

// keep renews the lock until its context ends.
func (h *Held) keep() {
	lease := time.AfterFunc(time.Until(h.expiry()), func() { h.end(ErrLost) })
	defer lease.Stop()
	stop := context.AfterFunc(h.keeper.life, func() { h.end(broker.ErrClosed) })
	defer stop()
	tick := time.NewTimer(time.Until(h.sent.Add(h.keeper.ttl / 3)))
	defer tick.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-tick.C:
		}
		if !h.renew() {
			return
		}
		lease.Reset(time.Until(h.expiry()))
		tick.Reset(time.Until(h.sent.Add(h.keeper.ttl / 3)))
	}
}

// expiry is when this holder gives up: earlier than others, who count from when they
// have seen what was sent here.
func (h *Held) expiry() time.Time { return h.sent.Add(h.keeper.ttl - h.keeper.ttl/10) }

// renew repeats until the lock is renewed. False means that it is lost, or its
// context has ended.
func (h *Held) renew() bool {
	for {
		sent := time.Now()
		h.record.Writes++ // what is stored as this try is, was sent now
		try, cancel := context.WithTimeout(h.ctx, h.keeper.ttl/3)
		revision, err := h.bucket.Swap(try, h.keeper.name, h.record.bytes(), h.revision)
		if errors.Is(err, broker.ErrChanged) {
			err = h.look(try)
		}
		cancel()
		switch {
		case err == nil && revision > 0:
			h.revision, h.sent = revision, sent
			return true
		case errors.Is(err, ErrLost):
			h.end(ErrLost)
			return false
		case rest(h.ctx, min(h.keeper.ttl/10, restAfterLoss)) != nil:
			return false
		}
	}
}

// look finds out what has changed: where it was this holder, whom the broker could
// not tell, it notes what there is now.
func (h *Held) look(ctx context.Context) error {
	e, err := h.bucket.Entry(ctx, h.keeper.name)
	switch {
	case err != nil || e.Revision > 0 && e.Revision < h.revision:
		return err // or a server that is behind
	case !e.Deleted && readRecord(e.Value, h.keeper.ttl).ID == h.record.ID:
		h.revision = e.Revision
		return nil
	default:
		return ErrLost
	}
}

// giveBack removes the record and gives the turn to the next. It is called once.
func (h *Held) giveBack(ctx context.Context) error {
	if h.keeper == nil {
		return nil
	}
	defer func() { <-h.keeper.turn }()
	if errors.Is(context.Cause(h.ctx), ErrLost) {
		return ErrLost
	}
	if ctx.Err() != nil {
		fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackLimit)
		defer cancel()
		ctx = fresh
	}
	for {
		err := h.bucket.Remove(ctx, h.keeper.name, h.revision)
		if !errors.Is(err, broker.ErrChanged) {
			return err
		}
		if err := h.look(ctx); err != nil {
			return err
		}
		if err := rest(ctx, restAfterLoss); err != nil {
			return err
		}
	}
}
