package service_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

// goroutine returns what the runtime calls the goroutine that asks.
func goroutine() string {
	stack := make([]byte, 64)
	name, _, _ := bytes.Cut(stack[:runtime.Stack(stack, false)], []byte(" ["))
	return string(name)
}

// none is told of a call that must not run.
func none(t *testing.T) entrypoint.Done {
	t.Helper()
	return func(any, error) { t.Error("a refused call was answered") }
}

func TestDoRunsACallOnItsCallersGoroutine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, "workers: 1")
		var ran, told []string
		w.on("method", func(context.Context) error {
			ran = append(ran, goroutine())
			time.Sleep(time.Second)
			return nil
		})
		p := w.point("shop.Buy")
		var callers, want []string
		var asking sync.WaitGroup
		for range 3 { // the first at once, the others after they waited
			asking.Go(func() {
				callers = append(callers, goroutine())
				var answer any
				err := p.host.Do(t.Context(), p.call(), func(out any, _ error) { answer, told = out, append(told, goroutine()) })
				if err != nil || answer != "bought" {
					t.Errorf("Do = %v, and the answer is %v when it returns, want %q", err, answer, "bought")
				}
			})
			synctest.Wait()
		}
		asking.Wait()
		want = callers
		if !cmp.Equal(ran, want) || !cmp.Equal(told, want) || ran[0] == ran[1] {
			t.Errorf("methods ran on %v, answers came on %v, want %v", ran, told, want)
		}
	})
}

func TestCallersOfDoHaveTheirTurnAmongTheOthersThatWait(t *testing.T) {
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
		ignore := func(any, error) {}
		var asking sync.WaitGroup
		for i, ask := range []func(*entrypoint.Call) error{
			func(c *entrypoint.Call) error { return p.host.Do(t.Context(), c, ignore) },
			func(c *entrypoint.Call) error { return p.host.Do(t.Context(), c, ignore) },
			func(c *entrypoint.Call) error { return p.host.Queue(c, ignore) },
			func(c *entrypoint.Call) error { return p.host.Do(t.Context(), c, ignore) },
			func(c *entrypoint.Call) error { return p.host.Do(t.Context(), c, ignore) },
			func(c *entrypoint.Call) error { return p.host.Spawn(t.Context(), c, ignore) },
			func(c *entrypoint.Call) error { return p.host.Queue(c, ignore) },
		} {
			c := p.call()
			c.ID = strconv.Itoa(i)
			asking.Go(func() {
				if err := ask(c); err != nil {
					t.Errorf("%d: have %v", i, err)
				}
			})
			synctest.Wait()
		}
		asking.Wait()
		w.stop()
		if diff := cmp.Diff([]string{"0", "1", "2", "3", "4", "5", "6"}, served); diff != "" {
			t.Errorf("served (-want +have):\n%s", diff)
		}
	})
}

// A worker that gets free is given to the first who may have it, also where those
// before it run their calls themselves and are held up by a limit of their own.
func TestCallerOfDoThatWaitsForOneLimitBlocksNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, newHall(), "workers: 3", service.Observe(func(e service.Event) {
			if _, ok := e.(service.CallStarted); ok {
				time.Sleep(time.Second)
			}
		}))
		w.start()
		began := time.Now()
		var asking sync.WaitGroup
		var mu sync.Mutex // guards took
		took := map[string][]time.Duration{}
		for _, name := range []string{"hall.Few", "hall.Few", "hall.Any", "hall.Few", "hall.Few", "hall.Any", "hall.Any"} {
			p := w.point(name)
			asking.Go(func() {
				err := p.host.Do(t.Context(), p.call(), func(any, error) {
					mu.Lock()
					defer mu.Unlock()
					took[name] = append(took[name], time.Since(began))
				})
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			synctest.Wait()
		}
		asking.Wait()
		w.stop()
		want := map[string][]time.Duration{
			"hall.Few": {time.Second, time.Second, 2 * time.Second, 2 * time.Second},
			"hall.Any": {time.Second, 2 * time.Second, 3 * time.Second},
		}
		if diff := cmp.Diff(want, took); diff != "" {
			t.Errorf("calls ended after (-want +have):\n%s", diff)
		}
	})
}

func TestDoIsRefusedWhereTooManyWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDraining(t, "workers: 1", ignoring(time.Second))
		p := d.point("shop.Buy")
		var asking sync.WaitGroup
		for range 11 { // one runs, ten wait
			asking.Go(func() {
				if err := p.host.Do(t.Context(), p.call(), func(any, error) {}); err != nil {
					t.Errorf("have %v, want it to wait", err)
				}
			})
		}
		synctest.Wait()
		if err := p.host.Do(t.Context(), p.call(), none(t)); !errors.Is(err, entrypoint.ErrBusy) {
			t.Errorf("the twelfth: have %v, want %v", err, entrypoint.ErrBusy)
		}
		time.Sleep(1500 * time.Millisecond)
		asking.Go(func() {
			if err := p.host.Do(t.Context(), p.call(), func(any, error) {}); err != nil {
				t.Errorf("after one has left: have %v, want it to wait", err)
			}
		})
		asking.Wait()
		d.wantStopped(0, 0)
		if d.count("method") != 12 {
			t.Errorf("%d methods ran, want 12", d.count("method"))
		}
	})
}

func TestPanicOfAMethodThatDoRunsIsItsOutcome(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &shop{}, "workers: 1")
	w.on("method", func(context.Context) error { panic("ouch") })
	p := w.point("shop.Buy")
	for range 2 { // the worker is free again
		var outcome error
		err := p.host.Do(t.Context(), p.call(), func(_ any, err error) { outcome = err })
		if panicked, ok := errors.AsType[*service.PanicError](outcome); err != nil || !ok || panicked.Value != "ouch" {
			t.Errorf("Do = %v, outcome %v, want the panic as the outcome", err, outcome)
		}
	}
}

func TestMethodThatEndsTheGoroutineOfDoIsAnsweredAndFreesItsWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{}, "workers: 1")
		w.on("method", func(context.Context) error {
			time.Sleep(time.Second)
			runtime.Goexit()
			return nil
		})
		p, outcomes := w.point("shop.Buy"), make(chan outcome, 2)
		var asking sync.WaitGroup
		for range 2 { // the second waits for the first
			asking.Go(func() {
				_ = p.host.Do(t.Context(), p.call(), to(outcomes))
				t.Error("Do returned, want its goroutine ended")
			})
		}
		asking.Wait()
		for range 2 {
			if o := <-outcomes; o.err == nil || !strings.Contains(o.err.Error(), "Goexit") {
				t.Errorf("have %v, want the Goexit told", o.err)
			}
		}
		w.on("method", nil)
		if out, err := w.call("shop.Buy"); out != "bought" || err != nil {
			t.Errorf("the next call returned %v, %v", out, err)
		}
	})
}

func TestStimulusIsToldTheOutcomeOfDoWhereDoneIsNil(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &market{})
	w.forget()
	p := w.point("market.Sell")
	if err := p.host.Do(t.Context(), w.ring(p), nil); err != nil {
		t.Fatal(err)
	}
	w.wantHistory("acquire C", "method of market", "release C: <nil>", "done: <nil>, <nil>")
}

func TestLimitsHoldWhereManyGoroutinesRunTheirCalls(t *testing.T) {
	t.Parallel()
	press(t, func(ctx context.Context, p *point, done entrypoint.Done) bool {
		return p.host.Do(ctx, p.call(), done) == nil
	},
		func(_ context.Context, p *point, done entrypoint.Done) bool {
			return p.host.Queue(p.call(), done) == nil
		})
}
