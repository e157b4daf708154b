package service_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

func TestWorkersAreGivenInTheOrderOfAsking(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var served []string
		w := newWorld(t, &market{}, "workers: 1", service.Observe(func(e service.Event) {
			if e, ok := e.(service.CallStarted); ok {
				served = append(served, e.Call.ID)
				time.Sleep(time.Second)
			}
		}))
		w.start()
		p := w.point("market.Sell")
		impatient, leave := context.WithCancel(t.Context())
		var asking sync.WaitGroup
		for _, id := range []string{"1", "2", "3", "gave up", "4", "5"} {
			ctx := t.Context()
			if id == "gave up" {
				ctx = impatient
			}
			c := p.call()
			c.ID = id
			asking.Go(func() { _ = p.host.Spawn(ctx, c, func(any, error) {}) })
			synctest.Wait()
		}
		leave()
		asking.Wait()
		w.stop()
		if diff := cmp.Diff([]string{"1", "2", "3", "4", "5"}, served); diff != "" {
			t.Errorf("served (-want +have):\n%s", diff)
		}
	})
}

// Whoever waits for a limit of its own does not keep others from workers that are
// free.
func TestWaitingForOneLimitBlocksNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newHall(), "workers: 3", service.Observe(func(e service.Event) {
			if e, ok := e.(service.CallStarted); ok && e.Call.Name == "few" {
				time.Sleep(time.Second)
			}
		}))
		w.start()
		few := w.point("hall.Few") // two workers
		for range 4 {
			go func() { _ = few.host.Spawn(t.Context(), few.call(), func(any, error) {}) }() // ends with the bubble
			synctest.Wait()
		}
		began := time.Now()
		if _, err := w.call("hall.Any"); err != nil || time.Since(began) != 0 {
			t.Errorf("the call took %v and returned %v, want the third worker at once", time.Since(began), err)
		}
		w.stop()
	})
}

// Giving up in the instant in which the worker is given loses none, and each
// call is either refused or answered.
func TestGivingUpNeverLosesAWorker(t *testing.T) {
	t.Parallel()
	w := startWorld(t, newHall(), "workers: 2")
	p := w.point("hall.Any")
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for i := range 100 {
				ctx, cancel := context.WithCancel(t.Context())
				callers.Go(cancel) // races with the worker
				if (caller+i)%3 == 0 {
					cancel()
				}
				answered := make(chan outcome, 2)
				if p.host.Spawn(ctx, p.call(), to(answered)) == nil {
					<-answered
				}
				if len(answered) != 0 {
					t.Error("a refused call was answered, or another twice")
				}
			}
		})
	}
	callers.Wait()
	hold := make(chan struct{})
	for range 2 { // both workers are free
		c := p.call()
		c.Decode = func([]any) error { <-hold; return nil }
		for !p.host.TrySpawn(c, func(any, error) {}) {
			if t.Context().Err() != nil {
				t.Fatal("a worker is lost")
			}
		}
	}
	if p.host.TrySpawn(&entrypoint.Call{Method: p.method}, func(any, error) {}) {
		t.Error("a third worker came from nowhere")
	}
	close(hold)
}
