package service_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
)

func TestWaitOfDoEndsWithItsContextItsDeadlineOrTheService(t *testing.T) {
	t.Parallel()
	gone := errors.New("the client is gone")
	for _, tt := range []struct {
		name     string
		ctx      time.Duration
		deadline time.Duration
		want     told
	}{
		{"context", time.Second, 2 * time.Second, told{gone, time.Second}},
		{"deadline", 2 * time.Second, time.Second, told{entrypoint.ErrExpired, time.Second}},
		{"service", time.Hour, time.Hour, told{entrypoint.ErrStopping, 30 * time.Second}},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDraining(t, "workers: 1", obeying)
			d.spawn("shop.Buy")
			p, began, refused := d.point("shop.Buy"), time.Now(), make(chan told, 1)
			ctx, cancel := context.WithTimeoutCause(t.Context(), tt.ctx, gone)
			defer cancel()
			go func() { // awaited below
				err := p.host.Do(ctx, p.expiring(tt.deadline), none(t))
				refused <- told{err, time.Since(began)}
			}()
			synctest.Wait()
			d.wantStopped(30*time.Second, 1)
			if have := <-refused; have != tt.want {
				t.Errorf("%s: have %v, want %v", tt.name, have, tt.want)
			}
			if err := p.host.Do(t.Context(), p.call(), none(t)); !errors.Is(err, entrypoint.ErrStopping) {
				t.Errorf("%s: Do after the stop = %v, want %v", tt.name, err, entrypoint.ErrStopping)
			}
		})
	}
}

func TestCallersOfDoThatWaitAreServedWhileTheServiceDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", ignoring(5*time.Second))
		p := d.point("shop.Buy")
		for range 3 {
			go func() { // ends with the stop
				if err := p.host.Do(t.Context(), p.call(), func(any, error) {}); err != nil {
					t.Errorf("have %v, want the call served", err)
				}
			}()
		}
		synctest.Wait()
		d.wantStopped(15*time.Second, 0)
		if d.count("method") != 3 {
			t.Errorf("%d methods ran, want 3", d.count("method"))
		}
	})
}

func TestCallThatDoRunsIsInterruptedAndCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "", nil)
		d.on("method", d.noting)
		p, returned := d.point("shop.Buy"), make(chan error, 2)
		for range 2 {
			c := p.call()
			c.Interrupt = func() { d.note("interrupt") }
			go func() { // awaited below
				var outcome error
				err := p.host.Do(t.Context(), c, func(_ any, err error) { outcome = err })
				returned <- errors.Join(err, outcome)
			}()
		}
		synctest.Wait()
		time.AfterFunc(2*time.Second, d.app.Kill)
		d.wantStopped(2*time.Second, 2)
		for range 2 {
			if err := <-returned; !errors.Is(err, context.Canceled) {
				t.Errorf("the outcome is %v, want %v", err, context.Canceled)
			}
		}
		if diff := cmp.Diff([]string{"interrupt", "interrupt", "ended", "ended"}, d.interruptions()); diff != "" {
			t.Errorf("steps (-want +have):\n%s", diff)
		}
	})
}

// An entrypoint that writes its answer where Do was called must not be told that
// the call is over while another goroutine still writes it.
func TestDoReturnsAfterTheAnswerThatWasGivenInPlaceOfTheMethod(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "drain: 5s", ignoring(6*time.Second+20*time.Millisecond))
		p, began, returned := d.point("shop.Buy"), time.Now(), make(chan told, 1)
		go func() { // awaited below
			answers := 0
			err := p.host.Do(t.Context(), p.call(), func(any, error) {
				time.Sleep(50 * time.Millisecond) // begins a second after the drain time
				answers++
			})
			if err != nil || answers != 1 {
				t.Errorf("Do = %v, and the call was answered %d times when it returned, want once", err, answers)
			}
			returned <- told{err, time.Since(began)}
		}()
		synctest.Wait()
		d.wantStopped(6050*time.Millisecond, 1)
		if have := <-returned; have.after != 6050*time.Millisecond {
			t.Errorf("Do returned after %v, want 6.05s", have.after)
		}
	})
}

func TestWorkersThatAStopTakesBackGoToAllCallersOfDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 3", ignoring(5*time.Second))
		p := d.point("shop.Buy")
		for range 3 { // kept, and never used
			p.host.Reserve(func(entrypoint.Slot) {})
		}
		for range 3 {
			go func() { // ends with the stop
				if err := p.host.Do(t.Context(), p.call(), func(any, error) {}); err != nil {
					t.Errorf("have %v, want the call served", err)
				}
			}()
		}
		synctest.Wait()
		d.wantStopped(5*time.Second, 0)
		if d.count("method") != 3 {
			t.Errorf("%d methods ran, want 3", d.count("method"))
		}
	})
}
