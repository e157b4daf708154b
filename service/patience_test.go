package service_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// told is what an entrypoint hears of a call, and when.
type told struct {
	err   error
	after time.Duration
}

func TestCallIsRefusedWhenItsPatienceOrItsDeadlineEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name               string
		patience, deadline time.Duration // zero for none
		want               told
	}{
		{"patience alone", time.Second, 0, told{entrypoint.ErrBusy, time.Second}},
		{"patience first", time.Second, 3 * time.Second, told{entrypoint.ErrBusy, time.Second}},
		{"deadline first", 3 * time.Second, time.Second, told{entrypoint.ErrExpired, time.Second}},
		{"both at once", time.Second, time.Second, told{entrypoint.ErrExpired, time.Second}},
		{"neither", 0, 0, told{entrypoint.ErrStopping, 30 * time.Second}},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDraining(t, "workers: 1", obeying)
			d.spawn("shop.Buy")
			p, began, answers := d.point("shop.Buy"), time.Now(), make(chan told, 2)
			c := p.call()
			c.Patience = tt.patience
			if tt.deadline > 0 {
				c.Deadline = began.Add(tt.deadline)
			}
			if err := p.host.Queue(c, func(_ any, err error) { answers <- told{err, time.Since(began)} }); err != nil {
				t.Fatal(err)
			}
			d.stop()
			if have := <-answers; have != tt.want {
				t.Errorf("%s: have %v, want %v", tt.name, have, tt.want)
			}
			if len(answers) != 0 || d.count("method") != 1 {
				t.Errorf("%s: %d more answers, %d methods ran, want 0 and 1", tt.name, len(answers), d.count("method"))
			}
		})
	}
}

// count returns how often a step was taken.
func (w *world) count(step string) int {
	return len(slices.DeleteFunc(w.history(), func(s string) bool { return s != step }))
}

func TestCallWhosePatienceEndedIsNotStartedByAWorkerThatGetsFree(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", ignoring(time.Second)) // as long as the patience
		d.spawn("shop.Buy")
		p, answers := d.point("shop.Buy"), make(chan outcome, 1)
		c := p.call()
		c.Patience = time.Second
		if err := p.host.Queue(c, to(answers)); err != nil {
			t.Fatal(err)
		}
		if o := <-answers; o.err != entrypoint.ErrBusy { //nolint:errorlint // this very value says that it did not run
			t.Errorf("have %v, want %v", o.err, entrypoint.ErrBusy)
		}
		d.stop()
		if d.count("method") != 1 {
			t.Errorf("%d methods ran, want 1", d.count("method"))
		}
	})
}

func TestPatienceIsForQueueAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", ignoring(5*time.Second))
		d.spawn("shop.Buy")
		p, answers := d.point("shop.Buy"), make(chan outcome, 1)
		c := p.call()
		c.Patience = time.Second
		if err := p.host.Spawn(t.Context(), c, to(answers)); err != nil {
			t.Fatalf("Spawn = %v, want it to wait for the worker", err)
		}
		if o := <-answers; o.err != nil {
			t.Errorf("have %v, want the outcome of the method", o.err)
		}
	})
}

// Each call is answered once: by its method or with the refusal, never both.
func TestPatienceRacesWithTheWorkers(t *testing.T) {
	t.Parallel()
	h := newHall()
	w := startWorld(t, h, "workers: 2")
	p := w.point("hall.Any")
	var queued, answered, ran atomic.Int64
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			for i := range 50 {
				c := p.call()
				c.Patience = time.Duration(1+caller*i) * time.Microsecond
				err := p.host.Queue(c, func(_ any, err error) {
					answered.Add(1)
					if !errors.Is(err, entrypoint.ErrBusy) {
						ran.Add(1)
					}
				})
				if err == nil {
					queued.Add(1)
				}
			}
		})
	}
	callers.Wait()
	w.stop()
	if answered.Load() != queued.Load() || ran.Load() != h.All.total.Load() || ran.Load() == 0 {
		t.Errorf("queued %d, answered %d; %d ran, want the %d that were answered so",
			queued.Load(), answered.Load(), h.All.total.Load(), ran.Load())
	}
}
