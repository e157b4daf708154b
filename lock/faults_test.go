package lock_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/lock"
	svctest "github.com/enoki-go/enoki/testing"
)

// handover is what became of a lock whose first holder was cut off.
type handover struct {
	url   string    // of the broker
	lost  time.Time // when the first holder noticed
	taken time.Time
	first *lock.Held
	next  *lock.Held
}

// afterFault takes a lock over a wire, breaks it, and waits for the next holder.
func afterFault(t *testing.T, breakIt func(*plain.Wire)) handover {
	t.Helper()
	b := svctest.NewBroker(t)
	way := plain.NewWire(t, b.URL())
	x := handover{url: b.URL(), first: acquire(t, contender(t, way.URL()))}
	breakIt(way)
	var watch sync.WaitGroup
	watch.Go(func() {
		<-x.first.Context().Done()
		x.lost = time.Now()
	})
	h, err := contender(t, b.URL()).Acquire(await.Within(t))
	if err != nil {
		t.Fatal(err)
	}
	x.next, x.taken = h, time.Now()
	watch.Wait()
	return x
}

func (x handover) check(t *testing.T) {
	t.Helper()
	if !x.lost.Before(x.taken) {
		t.Errorf("the first holder noticed %v after the lock was taken, want it before", x.lost.Sub(x.taken))
	}
	if cause := context.Cause(x.first.Context()); !errors.Is(cause, lock.ErrLost) {
		t.Errorf("it ended because of %v, want ErrLost", cause)
	}
	if x.next.Token() <= x.first.Token() {
		t.Errorf("token %d follows %d, want it greater", x.next.Token(), x.first.Token())
	}
}

// renewals receives when the lock is written from now on, as every tool hears it.
func renewals(t *testing.T, url string) <-chan jetstream.KeyValueEntry {
	t.Helper()
	bucket, err := plain.JetStream(t, url).KeyValue(await.Within(t), "LOCKS_svc")
	if err != nil {
		t.Fatal(err)
	}
	w, err := bucket.Watch(await.Within(t), "nightly", jetstream.UpdatesOnly())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Stop() })
	return w.Updates()
}

func TestLockOfADeadHolderIsTaken(t *testing.T) {
	t.Parallel()
	x := afterFault(t, (*plain.Wire).Cut)
	x.check(t)
	release(t, x.next)
}

func TestHolderThatIsCutOffGivesUpBeforeTheLockIsTaken(t *testing.T) {
	t.Parallel()
	var letThrough func()
	x := afterFault(t, func(w *plain.Wire) { _, letThrough = w.HoldUp() })
	letThrough() // what it has sent meanwhile comes now, and changes nothing
	x.check(t)
	if err := x.first.Release(await.Within(t)); !errors.Is(err, lock.ErrLost) {
		t.Errorf("have %v, want ErrLost", err)
	}
	await.Take(t, renewals(t, x.url)) // by the next holder, which else would have lost it by now
	if err := context.Cause(x.next.Context()); err != nil {
		t.Errorf("the next holder has lost it: %v", err)
	}
	release(t, x.next)
}

// A holder whose connection is away for less than the ttl keeps the lock.
func TestShortAbsenceOfTheBrokerLosesNothing(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	way := plain.NewWire(t, b.URL())
	h := acquire(t, contender(t, way.URL()))
	other, renewed := contender(t, b.URL()), renewals(t, b.URL())
	for range 3 {
		waits, letThrough := way.HoldUp()
		await.Take(t, waits) // a renewal
		letThrough()
		await.Take(t, renewed)
	}
	if _, err := other.TryAcquire(t.Context()); !errors.Is(err, lock.ErrHeld) || h.Context().Err() != nil {
		t.Errorf("have %v, %v; want it held", err, context.Cause(h.Context()))
	}
	release(t, h)
}

// Holders die while many contend: whoever thinks to hold the lock is alone.
func TestDyingHoldersLeaveTheLockToOne(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	var r room
	var all sync.WaitGroup
	for i := range 6 {
		way := plain.NewWire(t, b.URL())
		m := contender(t, way.URL())
		all.Go(func() {
			h, err := m.Acquire(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			if i%2 == 0 {
				way.Cut()
				r.visit(h, time.Hour) // until it is noticed
				return
			}
			r.visit(h, 10*time.Millisecond)
			if err := h.Release(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	r.wantOrder(t, 6)
}
