package lock_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/lock"
	svctest "github.com/enoki-go/enoki/testing"
)

// store puts a value where the record of a holder is.
func store(t *testing.T, url, text string) jetstream.KeyValue {
	t.Helper()
	release(t, acquire(t, contender(t, url)))
	kv, err := plain.JetStream(t, url).KeyValue(await.Within(t), "LOCKS_svc")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.PutString(await.Within(t), "nightly", text); err != nil {
		t.Fatal(err)
	}
	return kv
}

// A holder that does not renew its lock is frozen, or dead: its own ttl decides.
func TestSilentHolderIsGivenItsTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		fmt.Sprintf(`{"id":"x","holder":"frozen","ttl":%d}`, 2*ttl): 2 * ttl,
		`{"ttl":-5}`:      ttl,
		`not ours at all`: ttl,
	} {
		b := svctest.NewBroker(t)
		store(t, b.URL(), text)
		m := contender(t, b.URL())
		began := time.Now()
		if _, err := m.TryAcquire(t.Context()); !errors.Is(err, lock.ErrHeld) {
			t.Errorf("%s: have %v, want ErrHeld", text, err)
		}
		h := acquire(t, m)
		if took := time.Since(began); took < want || took > want+ttl {
			t.Errorf("%s: taken after %v, want %v", text, took, want)
		}
		release(t, h)
	}
}

// Who only tries from time to time gets the lock of a dead holder, too.
func TestTryAcquireTakesOverFromADeadHolder(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	store(t, b.URL(), fmt.Sprintf(`{"id":"x","holder":"dead","ttl":%d}`, ttl))
	m := contender(t, b.URL())
	var h *lock.Held
	await.Until(t, "it is taken", func() (ok bool) {
		var err error
		h, err = m.TryAcquire(t.Context())
		return err == nil
	})
	release(t, h)
}

// A lock that somebody takes by hand is lost to its holder.
func TestLockThatIsTakenByForceIsLost(t *testing.T) {
	t.Parallel()
	for how, force := range map[string]func(context.Context, jetstream.KeyValue) error{
		"deleted": func(ctx context.Context, kv jetstream.KeyValue) error { return kv.Delete(ctx, "nightly") },
		"purged":  func(ctx context.Context, kv jetstream.KeyValue) error { return kv.Purge(ctx, "nightly") },
		"given to another": func(ctx context.Context, kv jetstream.KeyValue) error {
			_, err := kv.PutString(ctx, "nightly", `{"id":"other","ttl":1000000000}`)
			return err
		},
	} {
		t.Run(how, func(t *testing.T) {
			b := svctest.NewBroker(t)
			h := acquire(t, contender(t, b.URL()))
			kv, err := plain.JetStream(t, b.URL()).KeyValue(await.Within(t), "LOCKS_svc")
			if err == nil {
				err = force(await.Within(t), kv)
			}
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			await.Take(t, h.Context().Done())
			if cause := context.Cause(h.Context()); !errors.Is(cause, lock.ErrLost) || time.Since(began) > ttl*3/4 {
				t.Errorf("it ended after %v because of %v, want ErrLost at the next renewal", time.Since(began), cause)
			}
			for range 2 {
				if err := h.Release(t.Context()); !errors.Is(err, lock.ErrLost) {
					t.Errorf("have %v, want ErrLost", err)
				}
			}
		})
	}
}
