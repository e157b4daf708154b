package service_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// expiring returns a call whose time is up after d.
func (p *point) expiring(d time.Duration) *entrypoint.Call {
	c := p.call()
	c.Deadline = time.Now().Add(d)
	return c
}

func TestCallThatWaitsIsToldWhenItsTimeIsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", obeying)
		d.spawn("shop.Buy")
		p, began := d.point("shop.Buy"), time.Now()
		type refusal struct {
			err   error
			after time.Duration
		}
		told := make(chan refusal, 2)
		for _, limit := range []time.Duration{3 * time.Second, time.Second} {
			err := p.host.Queue(p.expiring(limit), func(_ any, err error) { told <- refusal{err, time.Since(began)} })
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := p.host.Spawn(t.Context(), p.expiring(2*time.Second), nil); !errors.Is(err, entrypoint.ErrExpired) || time.Since(began) != 2*time.Second {
			t.Errorf("Spawn = %v after %v, want %v after 2s", err, time.Since(began), entrypoint.ErrExpired)
		}
		for _, after := range []time.Duration{time.Second, 3 * time.Second} {
			if have, want := <-told, (refusal{entrypoint.ErrExpired, after}); have != want {
				t.Errorf("have %v, want %v", have, want)
			}
		}
		d.stop()
	})
}

func TestCallsWhoseTimeIsUpDoNotFillTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", obeying)
		d.spawn("shop.Buy")
		p := d.point("shop.Buy")
		for range 10 {
			if err := p.host.Queue(p.expiring(time.Second), func(any, error) {}); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.host.Queue(p.expiring(time.Second), func(any, error) {}); !errors.Is(err, entrypoint.ErrBusy) {
			t.Errorf("the eleventh: have %v, want %v", err, entrypoint.ErrBusy)
		}
		time.Sleep(2 * time.Second)
		if err := p.host.Queue(p.call(), func(any, error) {}); err != nil {
			t.Errorf("after their time: have %v, want it to wait", err)
		}
		d.stop()
	})
}

func TestStopWaitsForTheAnswersOfRefusedCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1\ndrain: 1s", obeying)
		d.spawn("shop.Buy")
		p, answered := d.point("shop.Buy"), 0
		slow := func(any, error) {
			time.Sleep(50 * time.Millisecond)
			d.mu.Lock()
			defer d.mu.Unlock()
			answered++
		}
		for range 9 {
			if err := p.host.Queue(p.call(), slow); err != nil {
				t.Fatal(err)
			}
		}
		d.stop()
		d.mu.Lock()
		defer d.mu.Unlock()
		if answered != 9 {
			t.Errorf("%d calls were answered when Stop returned, want 9", answered)
		}
	})
}

func TestAnswerThatPanicsIsLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1\ndrain: 1s", obeying)
		d.spawn("shop.Buy")
		p := d.point("shop.Buy")
		if err := p.host.Queue(p.call(), func(any, error) { panic("ouch") }); err != nil {
			t.Fatal(err)
		}
		d.stop()
		if len(d.logged("the entrypoint panicked when it was told that a call will not run")) != 1 {
			t.Error("the log says nothing of the panic")
		}
	})
}

// A method that is short is left to a worker that is awake; where that worker is
// held up, others are woken.
func TestShortCallsDoNotWaitForOneThatIsNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held := false
		d := newDraining(t, "workers: 2", func(context.Context) error {
			if held {
				time.Sleep(time.Minute)
			} else {
				time.Sleep(time.Microsecond)
			}
			return nil
		})
		for range 3 {
			<-d.spawn("shop.Buy")
		}
		held = true
		first := d.spawn("shop.Buy")
		synctest.Wait()
		held = false
		p, began, done := d.point("shop.Buy"), time.Now(), make(chan struct{})
		if err := p.host.Queue(p.call(), func(any, error) { close(done) }); err != nil {
			t.Fatal(err)
		}
		<-done
		if waited := time.Since(began); waited > time.Millisecond {
			t.Errorf("the call waited %v for a worker, want a fraction of a millisecond", waited)
		}
		<-first
		d.stop()
	})
}
