package lock_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/lock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// ttl is that of the locks of these tests: long beside what a busy machine delays.
const ttl = time.Second

// contender is a process of its own, as far as the broker knows.
func contender(t *testing.T, url string) lock.Mutex {
	t.Helper()
	return contenderIn(t, url, "svc")
}

func contenderIn(t *testing.T, url, namespace string) lock.Mutex {
	t.Helper()
	return contenderFor(t, url, namespace, ttl)
}

func contenderFor(t *testing.T, url, namespace string, ttl time.Duration) lock.Mutex {
	t.Helper()
	settings := broker.Defaults()
	settings.URL, settings.Namespace = url, namespace
	c, err := broker.Dial(settings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop(await.Within(t)) })
	m, err := lock.New(c, "nightly", ttl)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// acquire takes a lock, which is released with the test.
func acquire(t *testing.T, m lock.Mutex) *lock.Held {
	t.Helper()
	h, err := m.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Release(await.Within(t)) })
	return h
}

func release(t *testing.T, h *lock.Held) {
	t.Helper()
	if err := h.Release(await.Within(t)); err != nil {
		t.Error(err)
	}
}

// room is what a lock guards.
type room struct {
	mu     sync.Mutex // guards what follows
	inside int
	most   int
	tokens []uint64
}

// visit stays in the room for a time, or until the lock is lost.
func (r *room) visit(h *lock.Held, stay time.Duration) {
	r.mu.Lock()
	r.inside++
	r.most = max(r.most, r.inside)
	r.tokens = append(r.tokens, h.Token())
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(h.Context(), stay)
	defer cancel()
	<-ctx.Done()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inside--
}

// wantOrder checks that nobody met anybody, and that tokens grew.
func (r *room) wantOrder(t *testing.T, visits int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.most != 1 || len(r.tokens) != visits {
		t.Errorf("have %d visits, %d at once; want %d, one at a time", len(r.tokens), r.most, visits)
	}
	for i := 1; i < len(r.tokens); i++ {
		if r.tokens[i] <= r.tokens[i-1] {
			t.Errorf("token %d follows %d, want it greater", r.tokens[i], r.tokens[i-1])
		}
	}
}
