package lock_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/lock"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestLockHasOneHolderAtATime(t *testing.T) {
	b := svctest.NewBroker(t)
	contenders := []lock.Mutex{contender(t, b.URL()), contender(t, b.URL()), contender(t, b.URL())}
	var r room
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			for range 2 {
				h, err := contenders[i%3].Acquire(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				r.visit(h, time.Millisecond)
				if err := h.Release(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	r.wantOrder(t, 100)
}

func TestHolderKeepsTheLockForAsLongAsItWants(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	holder, other := contender(t, b.URL()), contender(t, b.URL())
	first := acquire(t, holder)
	got := make(chan *lock.Held, 1)
	go func() {
		h, _ := other.Acquire(t.Context())
		got <- h
	}()
	select {
	case <-got:
		t.Error("another took the lock")
	case <-first.Context().Done():
		t.Errorf("the lock ended: %v", context.Cause(first.Context()))
	case <-time.After(3 * ttl):
	}
	began := time.Now()
	release(t, first)
	second := await.Take(t, got)
	if took := time.Since(began); took > ttl/2 || second.Token() <= first.Token() {
		t.Errorf("have token %d after %d, %v after it came free", second.Token(), first.Token(), took)
	}
	release(t, second)
	if err := second.Context().Err(); err == nil {
		t.Error("the context lives on after the release")
	}
}

func TestTryAcquireDoesNotWait(t *testing.T) {
	b := svctest.NewBroker(t)
	holder, other := contender(t, b.URL()), contender(t, b.URL())
	h, err := holder.TryAcquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for who, m := range map[string]lock.Mutex{"the same instance": holder, "another": other} {
		if _, err := m.TryAcquire(t.Context()); !errors.Is(err, lock.ErrHeld) || !strings.Contains(err.Error(), "acquire lock nightly: ") {
			t.Errorf("%s: have %v, want ErrHeld", who, err)
		}
	}
	release(t, h)
	again, err := other.TryAcquire(t.Context())
	if err != nil || again.Token() <= h.Token() {
		t.Fatalf("have %v, want the lock with a greater token", err)
	}
	release(t, again)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	b := svctest.NewBroker(t)
	holder, other := contender(t, b.URL()), contender(t, b.URL())
	acquire(t, holder)
	for _, m := range []lock.Mutex{holder, other} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := m.Acquire(ctx)
		cancel()
		if !errors.Is(err, lock.ErrHeld) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("have %v, want ErrHeld because the context ended", err)
		}
	}
}

// A method that forgets to release gives the lock back with the end of its call.
func TestLockIsGivenBackWithItsContext(t *testing.T) {
	b := svctest.NewBroker(t)
	ctx, cancel := context.WithCancel(t.Context())
	h, err := contender(t, b.URL()).Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	release(t, acquire(t, contender(t, b.URL())))
	for range 2 {
		release(t, h) // is not needed, and no error
	}
}

func TestReleaseWorksAfterTheEndOfItsContext(t *testing.T) {
	b := svctest.NewBroker(t)
	h := acquire(t, contender(t, b.URL()))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Release(ended); err != nil {
		t.Error(err)
	}
	if _, err := contender(t, b.URL()).TryAcquire(t.Context()); err != nil {
		t.Errorf("have %v, want the lock free", err)
	}
}

func TestLockOutlivesTheBrokersProcess(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	holder, other := contender(t, b.URL()), contender(t, b.URL())
	first := acquire(t, holder)
	b.Stop()
	b.Restart()
	if _, err := other.TryAcquire(t.Context()); !errors.Is(err, lock.ErrHeld) {
		t.Errorf("have %v, want ErrHeld", err)
	}
	release(t, first)
	second := acquire(t, other)
	if second.Token() <= first.Token() {
		t.Errorf("token %d follows %d, want it greater", second.Token(), first.Token())
	}
}

func TestOtherToolsSeeWhoHoldsTheLock(t *testing.T) {
	b := svctest.NewBroker(t)
	acquire(t, contender(t, b.URL()))
	kv, err := plain.JetStream(t, b.URL()).KeyValue(await.Within(t), "LOCKS_svc")
	if err != nil {
		t.Fatal(err)
	}
	e, err := kv.Get(await.Within(t), "nightly")
	if err != nil {
		t.Fatal(err)
	}
	var have struct{ Holder string }
	if err := json.Unmarshal(e.Value(), &have); err != nil || have.Holder != "program" {
		t.Errorf("have %s, %v; want the holder", e.Value(), err)
	}
}

func TestFakeIsHeldUntilItIsReleased(t *testing.T) {
	h := lock.Fake(t.Context(), 7)
	if h.Token() != 7 || h.Context().Err() != nil {
		t.Errorf("have token %d, %v", h.Token(), h.Context().Err())
	}
	release(t, h)
	if h.Context().Err() == nil {
		t.Error("it is held after its release")
	}
}

// The oldest broker that is supported.
func TestLocksOnAnOldBroker(t *testing.T) {
	const address = "127.0.0.1:4222"
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		if os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" {
			t.Fatal(err)
		}
		t.Skipf("no nats-server at %s: %v", address, err)
	}
	_ = conn.Close()
	url, namespace := "nats://"+address, "test_"+rand.Text()
	holder, other := contenderIn(t, url, namespace), contenderIn(t, url, namespace)
	first := acquire(t, holder)
	defer plain.JetStream(t, url).DeleteKeyValue(t.Context(), "LOCKS_"+namespace) //nolint:errcheck // it is litter
	if _, err := other.TryAcquire(t.Context()); !errors.Is(err, lock.ErrHeld) {
		t.Errorf("have %v, want ErrHeld", err)
	}
	release(t, first)
	second := acquire(t, other)
	if second.Token() <= first.Token() {
		t.Errorf("token %d follows %d, want it greater", second.Token(), first.Token())
	}
	release(t, second)
}

func TestLocksNeedJetStream(t *testing.T) {
	m := contender(t, plain.Server(t).ClientURL())
	if _, err := m.Acquire(await.Within(t)); !errors.Is(err, broker.ErrNoJetStream) {
		t.Errorf("have %v, want ErrNoJetStream", err)
	}
}
