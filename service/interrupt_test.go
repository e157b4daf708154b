package service_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
)

// interruptible spawns a call that notes its interruption, and whether its context
// and those of the entrypoint's calls before it were alive then.
func (w *world) interruptible(name string) <-chan outcome {
	w.t.Helper()
	p, answers, began := w.point(name), make(chan outcome, 2), time.Now()
	c := p.call()
	p.contexts = append(p.contexts, c.Context())
	c.Interrupt = func() { w.note("interrupt after %v: %v", time.Since(began), p.ended()) }
	if err := p.host.Spawn(w.t.Context(), c, to(answers)); err != nil {
		w.t.Fatal(err)
	}
	return answers
}

// ended returns why contexts of calls ended, nil where all live.
func (p *point) ended() error {
	var all []error
	for _, ctx := range p.contexts {
		all = append(all, ctx.Err())
	}
	return errors.Join(all...)
}

// noting is obeying that notes its end.
func (w *world) noting(ctx context.Context) error {
	<-ctx.Done()
	w.note("ended")
	return ctx.Err()
}

// interruptions returns the steps that are interruptions and ends.
func (w *world) interruptions() []string {
	return slices.DeleteFunc(w.history(), func(s string) bool {
		return s != "ended" && !strings.HasPrefix(s, "interrupt")
	})
}

func TestCallsAreInterruptedOnceBeforeAnyContextEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		kill  func(kill func())
		after time.Duration
	}{
		"drain time":    {func(func()) {}, 30 * time.Second},
		"killed":        {func(kill func()) { time.AfterFunc(2*time.Second, kill) }, 2 * time.Second},
		"killed before": {func(kill func()) { kill() }, 0},
		"both at once":  {func(kill func()) { time.AfterFunc(30*time.Second, kill) }, 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDraining(t, "", nil)
			d.on("method", d.noting)
			d.interruptible("shop.Buy")
			d.interruptible("shop.Buy")
			synctest.Wait()
			tt.kill(d.app.Kill)
			d.wantStopped(tt.after, 2)
			interrupt := fmt.Sprintf("interrupt after %v: <nil>", tt.after)
			if diff := cmp.Diff([]string{interrupt, interrupt, "ended", "ended"}, d.interruptions()); diff != "" {
				t.Errorf("%s: steps (-want +have):\n%s", name, diff)
			}
		})
	}
}

// The entrypoints of a service may still be open when Kill cancels its calls.
func TestCallThatEndsByItselfIsNotInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "", obeying)
		p := d.point("shop.Buy")
		for _, end := range []func(*entrypoint.Call){
			func(c *entrypoint.Call) { c.Deadline = time.Now().Add(time.Second) },
			func(c *entrypoint.Call) { time.AfterFunc(time.Second, c.Cancel) },
		} {
			c := p.call()
			c.Interrupt = func() { t.Error("the call was interrupted") }
			end(c)
			if err := p.host.Spawn(t.Context(), c, func(any, error) {}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		d.wantStopped(time.Second, 0)
	})
}

func TestCallThatReturnsWhileOthersAreInterruptedIsNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		finish, interrupted := make(chan struct{}), 0
		d := newDraining(t, "", func(context.Context) error { <-finish; return nil })
		p := d.point("shop.Buy")
		var answers sync.WaitGroup
		for range 3 {
			c := p.call()
			c.Interrupt = func() {
				if interrupted++; interrupted == 1 {
					close(finish)
				}
				answers.Wait()
			}
			answers.Add(1)
			if err := p.host.Spawn(t.Context(), c, func(any, error) { answers.Done() }); err != nil {
				t.Fatal(err)
			}
		}
		d.app.Kill()
		d.stop()
		if interrupted != 1 {
			t.Errorf("%d calls were interrupted, want the first", interrupted)
		}
	})
}

// The pool uses again what it kept a queued call in, but not while it interrupts.
func TestQueuedCallThatReturnsWhileOthersAreInterruptedIsNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		finish, interrupted := make(chan struct{}), 0
		d := newDraining(t, "", func(context.Context) error { <-finish; return nil })
		p := d.point("shop.Buy")
		for range 3 {
			c := p.call()
			c.Interrupt = func() {
				if interrupted++; interrupted == 1 {
					close(finish)
				}
				synctest.Wait() // until the others are gone
			}
			if err := p.host.Queue(c, func(any, error) {}); err != nil {
				t.Fatal(err)
			}
		}
		d.wantStopped(30*time.Second, 3)
		if interrupted != 1 {
			t.Errorf("%d calls were interrupted, want the first", interrupted)
		}
	})
}

// The second that calls get to return begins when their contexts end, also where
// an entrypoint takes its time.
// A panic costs neither the interruption of the others nor the end of a context;
// and an interruption may use the host, whose lock is free.
func TestPanicInAnInterruptionIsLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "", obeying)
		p, interrupted := d.point("shop.Buy"), 0
		for range 2 {
			c := p.call()
			c.Interrupt = func() {
				interrupted++
				if p.free() {
					t.Error("a call was started while others were interrupted")
				}
				panic("ouch")
			}
			if err := p.host.Spawn(t.Context(), c, func(any, error) {}); err != nil {
				t.Fatal(err)
			}
		}
		d.app.Kill()
		d.wantStopped(0, 2)
		if r := d.logged("the entrypoint panicked when it was told that a call is interrupted"); len(r) != 2 || interrupted != 2 {
			t.Errorf("%d interruptions, the log says %v, want two of each", interrupted, r)
		}
	})
}
