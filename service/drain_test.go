package service_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
)

// obeying is a method that returns when its context ends.
func obeying(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// ignoring is a method that takes its time.
func ignoring(d time.Duration) func(context.Context) error {
	return func(context.Context) error {
		time.Sleep(d)
		return nil
	}
}

// draining is a started shop whose calls do something long, and its events.
type draining struct {
	*world
	stopped []service.Stopped
	ended   []error
}

func newDraining(t *testing.T, yaml string, do func(context.Context) error) *draining {
	t.Helper()
	d := &draining{}
	d.world = newWorld(t, &shop{}, yaml, service.Observe(func(e service.Event) {
		switch e := e.(type) {
		case service.Stopped:
			d.stopped = append(d.stopped, e)
		case service.CallEnded:
			d.mu.Lock()
			defer d.mu.Unlock()
			d.ended = append(d.ended, e.Err)
		default:
		}
	}))
	d.on("method", do)
	d.start()
	return d
}

// wantStopped checks how long a Stop took and how many calls it cancelled.
func (d *draining) wantStopped(took time.Duration, cancelled int) {
	d.t.Helper()
	began := time.Now()
	d.stop()
	if since := time.Since(began); since != took {
		d.t.Errorf("Stop took %v, want %v", since, took)
	}
	if len(d.stopped) != 1 || d.stopped[0].Service != "shop" || d.stopped[0].Cancelled != cancelled {
		d.t.Errorf("stopped events are %+v, want one with %d cancelled calls", d.stopped, cancelled)
	}
}

func TestStopWaitsForRunningCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "", ignoring(29*time.Second))
		answer := d.spawn("shop.Buy")
		synctest.Wait()
		d.wantStopped(29*time.Second, 0)
		if o := <-answer; o.err != nil {
			t.Errorf("the call was answered with %v", o.err)
		}
	})
}

func TestDrainDeadlineCancelsRunningCalls(t *testing.T) {
	t.Parallel()
	for yaml, limit := range map[string]time.Duration{
		"":                              30 * time.Second,
		"drain: 7s":                     7 * time.Second,
		"services: {shop: {drain: 3s}}": 3 * time.Second,
		"drain: 7s\nservices: {shop: {drain: 40s}}": 40 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDraining(t, yaml, obeying)
			first, second := d.spawn("shop.Buy"), d.spawn("shop.Buy")
			synctest.Wait()
			d.wantStopped(limit, 2)
			for _, answer := range []<-chan outcome{first, second} {
				if o := <-answer; !errors.Is(o.err, context.Canceled) {
					t.Errorf("the call was answered with %v, want %v", o.err, context.Canceled)
				}
			}
			if r := d.logged("calls were cancelled because they ran longer than the drain time (configuration key drain)"); len(r) != 1 || r[0]["calls"] != 2.0 {
				t.Errorf("the log says %v, want the two cancelled calls", r)
			}
		})
	}
}

// A method that ignores its context gets a second more; then the container
// answers in its place, once, before what answers are sent with is closed.
func TestCallThatIgnoresItsEndIsAnsweredByTheContainer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "drain: 5s", ignoring(time.Minute))
		answer := d.spawn("shop.Buy")
		synctest.Wait()
		answered := 0
		d.on("stop B", func(context.Context) error { answered = len(answer); return nil })
		d.wantStopped(6*time.Second, 1)
		if answered != 1 {
			t.Error("dependencies stopped before the call was answered")
		}
		o := <-answer
		if fault.CodeOf(o.err) != fault.Unavailable {
			t.Errorf("the call was answered with %v, want code %s", o.err, fault.Unavailable)
		}
		time.Sleep(time.Minute) // the method returns
		synctest.Wait()
		if len(answer) != 0 {
			t.Error("the call was answered again when its method returned")
		}
		if len(d.ended) != 1 || !errors.Is(d.ended[0], o.err) {
			t.Errorf("observers were told %v, want the answer and nothing else", d.ended)
		}
	})
}

// An answer that cannot be sent does not keep the process.
func TestStuckAnswerDoesNotHoldTheStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "drain: 5s", ignoring(time.Minute))
		p := d.point("shop.Buy")
		unstick := make(chan struct{})
		if err := p.host.Spawn(t.Context(), p.call(), func(any, error) { <-unstick }); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		d.wantStopped(6100*time.Millisecond, 1)
		close(unstick)
		time.Sleep(time.Minute)
	})
}

// Behaviour 5: Kill ends what runs at once and each call is logged; and a Stop
// after Kill does not wait either (behaviour 10).
func TestKillEndsRunningCalls(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do    func(context.Context) error
		after bool // Kill comes while Stop waits
		took  time.Duration
	}{
		"before Stop, obeyed":  {obeying, false, 0},
		"before Stop, ignored": {ignoring(time.Minute), false, time.Second},
		"during Stop, obeyed":  {obeying, true, 2 * time.Second},
		"during Stop, ignored": {ignoring(time.Minute), true, 3 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDraining(t, "", test.do)
			first, second := d.spawn("shop.Buy"), d.spawn("shop.Buy")
			synctest.Wait()
			if test.after {
				time.AfterFunc(2*time.Second, d.app.Kill)
			} else {
				d.app.Kill()
			}
			d.wantStopped(test.took, 2)
			<-first
			<-second
			if r := d.logged("call failed"); len(r) != 2 {
				t.Errorf("%s: %d calls are logged, want 2", name, len(r))
			}
			if r := d.logged("calls were cancelled by the second signal"); len(r) != 1 {
				t.Errorf("%s: the log does not say who cancelled the calls", name)
			}
			time.Sleep(time.Minute)
		})
	}
}

func TestReleaseGetsASecondOfItsOwnWhereTheCallEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{})
		left := func(ctx context.Context) error {
			deadline, _ := ctx.Deadline()
			w.note("%v left, %v", time.Until(deadline), ctx.Err())
			return nil
		}
		w.on("release B", func(ctx context.Context) error { // outlives the call
			_ = left(ctx)
			time.Sleep(10 * time.Second)
			return nil
		})
		w.on("release A", left)
		w.forget()
		p := w.point("shop.Buy")
		c, answers := p.call(), make(chan outcome, 1)
		c.Deadline = time.Now().Add(5 * time.Second)
		if err := p.host.Spawn(t.Context(), c, to(answers)); err != nil {
			t.Fatal(err)
		}
		<-answers
		w.wantHistory("acquire A", "acquire B", "method", "release B: <nil>", "5s left, <nil>", "release A: <nil>", "1s left, <nil>")
	})
}

func TestCallsThatWaitAreServedWhileTheServiceDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", ignoring(5*time.Second))
		running := d.spawn("shop.Buy")
		p := d.point("shop.Buy")
		answers := make(chan any, 2)
		if err := p.host.Queue(p.call(), func(_ any, err error) { answers <- err }); err != nil {
			t.Fatal(err)
		}
		go func() { _ = p.host.Spawn(t.Context(), p.call(), func(_ any, err error) { answers <- err }) }() // answered below
		synctest.Wait()
		d.wantStopped(15*time.Second, 0)
		<-running
		for range 2 {
			if err := <-answers; err != nil {
				t.Errorf("have %v, want the outcome of the method", err)
			}
		}
	})
}

func TestCallsThatWaitBeyondTheDrainTimeAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1\ndrain: 2s", ignoring(2500*time.Millisecond))
		running := d.spawn("shop.Buy")
		p := d.point("shop.Buy")
		queued, spawned := make(chan error, 1), make(chan error, 1)
		none := func(any, error) { t.Error("a refused call was answered") }
		if err := p.host.Queue(p.call(), func(_ any, err error) { queued <- err }); err != nil {
			t.Fatal(err)
		}
		go func() { spawned <- p.host.Spawn(t.Context(), p.call(), none) }() // awaited below
		synctest.Wait()
		d.wantStopped(2500*time.Millisecond, 1)
		<-running
		for _, refused := range []chan error{queued, spawned} {
			if err := <-refused; !errors.Is(err, entrypoint.ErrStopping) {
				t.Errorf("have %v, want %v", err, entrypoint.ErrStopping)
			}
		}
	})
}

func TestStoppedServiceTakesNoCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", ignoring(0))
		p := d.point("shop.Buy")
		none := func(any, error) { t.Error("a refused call was answered") }
		d.wantStopped(0, 0)
		if err := p.host.Spawn(t.Context(), p.call(), none); !errors.Is(err, entrypoint.ErrStopping) {
			t.Errorf("Spawn after the stop = %v, want %v", err, entrypoint.ErrStopping)
		}
		if err := p.host.Queue(p.call(), none); !errors.Is(err, entrypoint.ErrStopping) {
			t.Errorf("Queue after the stop = %v, want %v", err, entrypoint.ErrStopping)
		}
		if p.host.TrySpawn(p.call(), none) {
			t.Error("TrySpawn after the stop succeeded")
		}
	})
}
