package service

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// pond is a container of short calls, and one entrypoint of it.
func pond(tb testing.TB) (*container, *host) {
	tb.Helper()
	app, err := New(nil, With(&patient{Work: func(context.Context) error { return nil }}), Logger(slog.New(slog.DiscardHandler)))
	if err != nil {
		tb.Fatal(err)
	}
	c := app.containers[0]
	tb.Cleanup(func() { c.pool.drain(context.Background()) })
	h := &host{container: c}
	h.of("ring")
	return c, h
}

// Goroutines that run calls of their own leave what waits to those of the pool
// that rest: each time a new one would let them pile up.
func TestCallsInPlaceLeaveTheQueueToGoroutinesThatRest(t *testing.T) {
	c, h := pond(t)
	most := h.Workers()
	for range 50 {
		var over sync.WaitGroup
		for range 4 * most {
			over.Add(1)
			over.Go(func() {
				call := &entrypoint.Call{Kind: "ring", Name: "run", Method: c.entrypoints[0].entry.method}
				call.Decode = func([]any) error { runtime.Gosched(); return nil }
				_ = h.Do(t.Context(), call, func(any, error) {})
			})
			call := &entrypoint.Call{Kind: "ring", Name: "run", Method: c.entrypoints[0].entry.method}
			if err := h.Queue(call, func(any, error) { over.Done() }); err != nil {
				over.Done()
			}
		}
		over.Wait()
	}
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	if idle := len(c.pool.idle); idle > most {
		t.Errorf("%d goroutines rest, want at most one for each of %d workers", idle, most)
	}
}

// The job of a call that waited is used again as that of any other, which one that
// somebody may still wait for is not.
func TestNobodyWaitsForTheTurnOfACallThatRunsInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, h := pond(t)
		c.limit.most = 1
		var served atomic.Int64
		serve := c.pool.serve
		c.pool.serve = func(j *job) {
			served.Add(1)
			if j.turn != nil {
				t.Error("the job of a call that runs has a turn, want none")
			}
			time.Sleep(time.Second)
			serve(j)
		}
		var asking sync.WaitGroup
		for range 2 { // the second waits
			asking.Go(func() {
				_ = h.Do(t.Context(), &entrypoint.Call{Method: c.entrypoints[0].entry.method}, func(any, error) {})
			})
		}
		asking.Wait()
		if n := served.Load(); n != 2 {
			t.Errorf("%d calls were served, want 2", n)
		}
	})
}

func benchmark(b *testing.B, start func(h *host, c *entrypoint.Call, done entrypoint.Done) error) {
	b.Helper()
	c, h := pond(b)
	over := make(chan error, 1)
	done := func(_ any, err error) { over <- err }
	b.ReportAllocs()
	for b.Loop() {
		call := &entrypoint.Call{Kind: "ring", Name: "run", Method: c.entrypoints[0].entry.method}
		if err := start(h, call, done); err != nil {
			b.Fatal(err)
		}
		if err := <-over; err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDo measures a short call on the goroutine that asks for it.
func BenchmarkDo(b *testing.B) {
	benchmark(b, func(h *host, c *entrypoint.Call, done entrypoint.Done) error { return h.Do(b.Context(), c, done) })
}

// BenchmarkSpawn measures the same on a goroutine of the pool.
func BenchmarkSpawn(b *testing.B) {
	benchmark(b, func(h *host, c *entrypoint.Call, done entrypoint.Done) error { return h.Spawn(b.Context(), c, done) })
}
