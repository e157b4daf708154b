package service_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

func TestSlotIsGoodForOneUse(t *testing.T) {
	t.Parallel()
	for _, uses := range [][]string{
		{"run", "run"},
		{"run", "release", "release"},
		{"release", "release"},
		{"release", "run"},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDraining(t, "workers: 2", ignoring(time.Second))
			p := d.point("shop.Buy")
			granted, _ := p.reserve()
			s, answers := <-granted, make(chan outcome, 2)
			for i, use := range uses {
				switch {
				case use == "release":
					s.Release()
				case s.Run(p.call(), to(answers)) != (i == 0):
					t.Errorf("%v: Run %d = %t, want %t", uses, i, i != 0, i == 0)
				}
			}
			want := map[string]int{"run": 1, "release": 2}[uses[0]]
			have := 0
			for p.free() {
				have++
			}
			if have != want {
				t.Errorf("%v: %d workers are free, want %d", uses, have, want)
			}
			d.stop()
			if have, want := len(answers), 2-want; have != want {
				t.Errorf("%v: %d answers, want %d", uses, have, want)
			}
		})
	}
}

func TestStopTakesSlotsBackAndDoesNotWaitForThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", ignoring(0))
		p := d.point("shop.Buy")
		first, _ := p.reserve()
		s := <-first
		pending, withdraw := p.reserve()
		d.wantStopped(0, 0)
		if s.Run(p.call(), func(any, error) { t.Error("a refused call was answered") }) {
			t.Error("Run = true, want the slot taken back")
		}
		s.Release()
		late, withdrawLate := p.reserve()
		synctest.Wait()
		if len(pending) != 0 || len(late) != 0 {
			t.Errorf("%d and %d reservations were granted, want none after the stop", len(pending), len(late))
		}
		if !withdraw() || !withdrawLate() {
			t.Error("withdraw was too late, want in time: nothing was granted")
		}
	})
}

func TestCallsInLineGetTheWorkersOfSlotsThatAreTakenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", ignoring(5*time.Second))
		p, answers := d.point("shop.Buy"), make(chan outcome, 1)
		granted, _ := p.reserve()
		<-granted
		if err := p.host.Queue(p.call(), to(answers)); err != nil {
			t.Fatal(err)
		}
		d.wantStopped(5*time.Second, 0)
		if o := <-answers; o.err != nil {
			t.Errorf("have %v, want the outcome of the method", o.err)
		}
	})
}

func TestSlotCountsInItsLimitsUntilItsCallHasRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, newHall(), "limits: {timer: 1}")
		tick, tock := w.point("hall.Tick"), w.point("hall.Tock")
		granted, _ := tick.reserve()
		s, hold := <-granted, make(chan struct{})
		c := tick.call()
		c.Kind = "other" // the worker is kept for one of the entrypoint's own kind
		c.Decode = func([]any) error { <-hold; return nil }
		for _, phase := range []func(){
			func() {},
			func() { s.Run(c, func(any, error) {}) },
		} {
			phase()
			if tock.free() {
				t.Error("another call of the kind runs, want its limit reached")
			}
		}
		close(hold)
		synctest.Wait()
		if !tock.free() {
			t.Error("no worker is free after the call")
		}
	})
}

func TestKillTakesSlotsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 2", obeying)
		p := d.point("shop.Buy")
		d.spawn("shop.Buy")
		granted, _ := p.reserve()
		s := <-granted
		d.on("stop shop.Buy", func(context.Context) error {
			synctest.Wait() // the pool is cancelled while the entrypoint is still open
			if s.Run(p.call(), func(any, error) { t.Error("a refused call was answered") }) {
				t.Error("Run = true after Kill, want the slot taken back")
			}
			return nil
		})
		d.app.Kill()
		d.wantStopped(0, 1)
	})
}

func TestLimitsHoldWhereCallsAndReservationsMix(t *testing.T) {
	t.Parallel()
	h := newHall()
	w := startWorld(t, h, "workers: 4\nlimits: {timer: 3}")
	var callers sync.WaitGroup
	var answered, taken atomic.Int64
	done := func(_ any, err error) {
		if err == nil {
			answered.Add(1)
		}
	}
	for _, name := range []string{"hall.Any", "hall.Few", "hall.Tick", "hall.Tock"} {
		p := w.point(name)
		for caller := range 4 {
			callers.Go(func() {
				for i := range 50 {
					c := p.call()
					c.Patience = time.Duration(i%3) * 50 * time.Microsecond
					_ = p.host.Queue(c, done)
					var used sync.WaitGroup
					used.Add(1)
					withdraw := p.host.Reserve(func(s entrypoint.Slot) {
						defer used.Done()
						if (caller+i)%4 == 0 {
							s.Release()
						} else if s.Run(p.call(), done) {
							taken.Add(1)
						}
					})
					if (caller+i)%3 == 0 && withdraw() {
						used.Done()
					}
					used.Wait()
				}
			})
		}
	}
	callers.Wait()
	w.stop()
	if answered.Load() != h.All.total.Load()+h.Kind.total.Load() || taken.Load() == 0 {
		t.Errorf("%d calls were answered, want the %d that ran, %d of them on slots", answered.Load(), h.All.total.Load()+h.Kind.total.Load(), taken.Load())
	}
	if h.All.most.Load() > 4 || h.Own.most.Load() > 2 || h.Kind.most.Load() > 3 {
		t.Errorf("at once ran %d of the service, %d of one entrypoint, %d of a kind, want at most 4, 2, 3",
			h.All.most.Load(), h.Own.most.Load(), h.Kind.most.Load())
	}
}
