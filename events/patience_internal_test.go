package events

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

func TestPatienceEndsAfterTheLimitOrAHundredthLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p patience
		const limit = 10 * time.Second
		first, _ := p.of(context.Background(), limit)
		time.Sleep(limit / 200)
		began := time.Now()
		second, _ := p.of(context.Background(), limit)
		if first != second {
			t.Error("have a context for each of two that begin at about the same time, want one")
		}
		time.Sleep(limit / 50)
		if third, _ := p.of(context.Background(), limit); third == first {
			t.Error("have the same context after a while, want another")
		}
		<-second.Done()
		if waited := time.Since(began); waited < limit || waited > limit+limit/patienceParts || !errors.Is(second.Err(), context.DeadlineExceeded) {
			t.Errorf("have it ended after %v by %v, want %v and at most a hundredth more", waited, second.Err(), limit)
		}
	})
}

func TestPatienceEndsWithTheContextOfTheEmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p patience
		given, stop := context.WithCancel(context.Background())
		within, cancel := p.of(given, time.Minute)
		defer cancel()
		stop()
		if <-within.Done(); within.Err() != context.Canceled {
			t.Errorf("have %v, want it ended with its parent", within.Err())
		}
		given, stop = context.WithTimeout(context.Background(), time.Hour)
		defer stop()
		if within, _ := p.of(given, time.Minute); within != given {
			t.Error("have another context, want that which has a deadline of its own")
		}
	})
}

func TestIDsAreUsedOnce(t *testing.T) {
	seen := make(map[string]bool)
	for range 1000 {
		id := entrypoint.NewID()
		if seen[id] || len(id) > 40 {
			t.Fatalf("have id %q, want a short one that was not there before", id)
		}
		seen[id] = true
	}
}
