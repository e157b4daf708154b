package service_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

// gauge counts what runs at once, and remembers the most.
type gauge struct{ now, most, total atomic.Int64 }

func (g *gauge) hold() {
	now := g.now.Add(1)
	for most := g.most.Load(); now > most && !g.most.CompareAndSwap(most, now); most = g.most.Load() {
	}
	runtime.Gosched()
	g.total.Add(1)
	g.now.Add(-1)
}

// hall has an entrypoint of each kind of limit.
type hall struct {
	All, Own, Kind *gauge

	_ probe `method:"Any"`
	_ probe `method:"Few" workers:"2"`
	_ probe `method:"Tick" kind:"timer"`
	_ probe `method:"Tock" kind:"timer"`
}

func newHall() *hall { return &hall{All: &gauge{}, Own: &gauge{}, Kind: &gauge{}} }

func (h *hall) Any()  { h.All.hold() }
func (h *hall) Few()  { h.Own.hold(); h.All.hold() }
func (h *hall) Tick() { h.Kind.hold() }
func (h *hall) Tock() { h.Kind.hold() }

// Behaviour 4.
func TestSecondCallWaitsForTheOnlyWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, "workers: 1")
		w.on("method", ignoring(5*time.Second))
		w.forget()
		first := w.spawn("shop.Buy")
		if w.point("shop.Buy").host.TrySpawn(w.point("shop.Buy").call(), to(nil)) {
			t.Error("TrySpawn found a worker where the only one is busy")
		}
		began := time.Now()
		second := w.spawn("shop.Buy") // blocks
		if waited := time.Since(began); waited != 5*time.Second {
			t.Errorf("the second Spawn waited %v, want 5s", waited)
		}
		<-first
		<-second
		once := []string{"acquire A", "acquire B", "method", "release B: <nil>", "release A: <nil>"}
		w.wantHistory(append(once, once...)...)
	})
}

func TestTrySpawnRunsTheCallWhereAWorkerIsFree(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &shop{}, "workers: 1")
	p, answers := w.point("shop.Buy"), make(chan outcome, 1)
	if !p.host.TrySpawn(p.call(), to(answers)) {
		t.Fatal("no worker is free")
	}
	if o := <-answers; o.out != "bought" || o.err != nil {
		t.Errorf("the call was answered with %v, %v", o.out, o.err)
	}
}

func TestWaitingForAWorkerEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, "workers: 1")
		w.on("method", ignoring(5*time.Second))
		first := w.spawn("shop.Buy")
		gone := errors.New("the client is gone")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, gone)
		defer cancel()
		p := w.point("shop.Buy")
		err := p.host.Spawn(ctx, p.call(), func(any, error) { t.Error("a refused call was answered") })
		if !errors.Is(err, gone) {
			t.Errorf("Spawn = %v, want %v", err, gone)
		}
		<-first
		<-w.spawn("shop.Buy") // the worker is free again
	})
}

func TestWorkersOfAnEntrypointAreItsNarrowestLimit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		yaml                    string
		anyone, few, tick, tock int // calls that run at once
	}{
		{"", 10, 2, 10, 10},
		{"workers: 3", 3, 2, 3, 3},
		{"workers: 1", 1, 1, 1, 1},
		{"workers: 3\nservices: {hall: {workers: 5}, other: {workers: 7}}", 5, 2, 5, 5},
		{"limits: {timer: 1}", 10, 2, 1, 1},
		{"limits: {timer: 1, probe: 4}\nservices: {hall: {limits: {timer: 3}}}", 4, 2, 3, 3},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, newHall(), tt.yaml, service.Observe(func(e service.Event) {
				if _, ok := e.(service.CallStarted); ok {
					time.Sleep(time.Second) // holds the worker
				}
			}))
			w.start()
			for name, want := range map[string]int{"hall.Any": tt.anyone, "hall.Few": tt.few, "hall.Tick": tt.tick, "hall.Tock": tt.tock} {
				p, have := w.point(name), 0
				for p.host.TrySpawn(p.call(), to(make(chan outcome, 1))) {
					have++
				}
				if have != want {
					t.Errorf("%q: %d calls of %s run at once, want %d", tt.yaml, have, name, want)
				}
				time.Sleep(2 * time.Second)
			}
		})
	}
}

// What Host.Workers says is what an entrypoint may take on at once: a limit of
// its kind counts.
func TestHostKnowsTheWorkersOfItsEntrypoint(t *testing.T) {
	t.Parallel()
	w := startWorld(t, newHall(), "workers: 6\nlimits: {timer: 4}")
	for name, want := range map[string]int{"hall.Any": 6, "hall.Few": 2, "hall.Tick": 4} {
		if have := w.point(name).host.Workers(); have != want {
			t.Errorf("%s has %d workers, want %d", name, have, want)
		}
	}
}

func TestLimitsHoldUnderPressure(t *testing.T) {
	t.Parallel()
	press(t, func(ctx context.Context, p *point, done entrypoint.Done) bool {
		return p.host.Spawn(ctx, p.call(), done) == nil
	},
		func(_ context.Context, p *point, done entrypoint.Done) bool { return p.host.TrySpawn(p.call(), done) })
}

// press has many goroutines make calls in each of the ways, which report whether a call was
// admitted. Never more run than the limits let, and nothing is lost or told twice, whoever
// gives up waiting and whoever runs the call.
func press(t *testing.T, ways ...func(ctx context.Context, p *point, done entrypoint.Done) bool) {
	t.Helper()
	h := newHall()
	w := startWorld(t, h, "workers: 4\nlimits: {timer: 3}")
	var callers sync.WaitGroup
	var answered, admitted atomic.Int64
	done := func(any, error) { answered.Add(1) }
	for _, name := range []string{"hall.Any", "hall.Few", "hall.Tick", "hall.Tock"} {
		p := w.point(name)
		for caller := range 8 {
			callers.Go(func() {
				for i := range 50 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+caller*i)*time.Microsecond)
					for _, way := range ways {
						if way(ctx, p, done) {
							admitted.Add(1)
						}
					}
					cancel()
				}
			})
		}
	}
	callers.Wait()
	w.stop()
	if answered.Load() != admitted.Load() || admitted.Load() == 0 || answered.Load() != h.All.total.Load()+h.Kind.total.Load() {
		t.Errorf("%d calls were answered, %d methods ran, want %d",
			answered.Load(), h.All.total.Load()+h.Kind.total.Load(), admitted.Load())
	}
	if h.All.most.Load() > 4 || h.Own.most.Load() > 2 || h.Kind.most.Load() > 3 {
		t.Errorf("at once ran %d of the service, %d of one entrypoint, %d of a kind, want at most 4, 2, 3",
			h.All.most.Load(), h.Own.most.Load(), h.Kind.most.Load())
	}
}
