package service_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/fault"
)

// Behaviour 2: dependencies in the order of their fields, then entrypoints, each
// once, one service after the other.
func TestEverythingStartsOnceInOrder(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &shop{}, &market{})
	w.wantHistory("start A", "start B", "start shop.Buy", "start C", "start market.Sell")
}

// Behaviour 3: entrypoints stop first, then calls end, then dependencies stop in
// reverse.
func TestEntrypointsStopBeforeCallsBeforeDependencies(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &shop{})
	running, entrypointStopped := make(chan struct{}), make(chan struct{})
	w.on("method", func(context.Context) error {
		close(running)
		<-entrypointStopped
		return nil
	})
	w.on("stop shop.Buy", func(context.Context) error { close(entrypointStopped); return nil })
	answer := w.spawn("shop.Buy")
	<-running
	w.forget()
	w.stop()
	w.wantHistory("stop shop.Buy", "release B: <nil>", "release A: <nil>", "stop B", "stop A")
	if o := <-answer; o.out != "bought" || o.err != nil {
		t.Errorf("the call that ran was answered with %v, %v", o.out, o.err)
	}
}

func TestFailedStartIsRolledBack(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		step  string // that fails
		text  string
		want  []string // of shop
		other []string // of market
	}{
		{"first dependency", "start A", "start shop.A: EOF", []string{"start A", "stop shop.Buy", "stop A"}, []string{"stop market.Sell"}},
		{
			"second dependency", "start B", "start shop.B: EOF",
			[]string{"start A", "start B", "stop shop.Buy", "stop B", "stop A"},
			[]string{"stop market.Sell"},
		},
		{
			"entrypoint", "start shop.Buy", "start shop.Buy: EOF",
			[]string{"start A", "start B", "start shop.Buy", "stop shop.Buy", "stop B", "stop A"},
			[]string{"stop market.Sell"},
		},
		{
			"second service", "start market.Sell", "start market.Sell: EOF",
			[]string{"start A", "start B", "start shop.Buy", "stop shop.Buy", "stop B", "stop A"},
			[]string{"start C", "start market.Sell", "stop market.Sell", "stop C"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, &shop{}, &market{})
			w.on(tt.step, failing(io.EOF))
			err := w.app.Start(t.Context())
			if !errors.Is(err, io.EOF) || err.Error() != tt.text {
				t.Errorf("Start = %v, want %s", err, tt.text)
			}
			var own, other []string
			for _, s := range w.history() {
				if strings.HasSuffix(s, "C") || strings.HasSuffix(s, "market.Sell") {
					other = append(other, s)
				} else {
					own = append(own, s)
				}
			}
			if diff := cmp.Diff(tt.want, own); diff != "" {
				t.Errorf("steps of shop (-want +have):\n%s", diff)
			}
			if diff := cmp.Diff(tt.other, other); diff != "" {
				t.Errorf("steps of market (-want +have):\n%s", diff)
			}
		})
	}
}

func TestPanicDuringStartIsRolledBack(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"start B", "start shop.Buy"} {
		w := newWorld(t, &shop{})
		w.on(step, panicking)
		if err := w.app.Start(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "panic: ouch") {
			t.Errorf("Start = %v, want the panic of %q", err, step)
		}
		if all := strings.Join(w.history(), " "); !strings.HasSuffix(all, "stop B stop A") {
			t.Errorf("%s: steps are %s, want what was started to be stopped", step, all)
		}
	}
}

// Behaviour 9: what fails while stopping is told beside the first error, and
// what has to stop after it does.
func TestThrowingStopHidesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &shop{})
	w.on("start shop.Buy", failing(io.EOF))
	w.on("stop shop.Buy", failing(io.ErrNoProgress))
	w.on("stop B", panicking)
	w.on("stop A", failing(io.ErrClosedPipe))
	err := w.app.Start(t.Context())
	want := `start shop.Buy: EOF
stop shop.Buy: multiple Read calls return no data or error
stop shop.B: panic: ouch
stop shop.A: io: read/write on closed pipe`
	if err == nil || err.Error() != want {
		t.Errorf("Start = %v, want\n%s", err, want)
	}
	for _, e := range []error{io.EOF, io.ErrNoProgress, io.ErrClosedPipe} {
		if !errors.Is(err, e) {
			t.Errorf("%v is not found in the error", e)
		}
	}
}

func TestStopIsIdempotent(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &shop{})
	w.on("stop A", failing(io.EOF))
	w.forget()
	var all sync.WaitGroup
	for range 8 { // behaviour 10: Kill may come at any time
		all.Go(w.app.Kill)
		all.Go(func() {
			if err := w.app.Stop(t.Context()); !errors.Is(err, io.EOF) {
				t.Errorf("Stop = %v, want what the first Stop returned", err)
			}
		})
	}
	all.Wait()
	w.wantHistory("stop shop.Buy", "stop B", "stop A")
}

func TestStopWithoutStartDoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &shop{})
	w.stop()
	w.wantHistory()
	if err := w.app.Start(t.Context()); err == nil {
		t.Error("an application that was stopped can be started, and nobody would stop it")
	}
	w.wantHistory()
}

func TestApplicationStartsOnce(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &shop{})
	if err := w.app.Start(t.Context()); err == nil {
		t.Error("the second Start succeeded")
	}
	if out, err := w.call("shop.Buy"); out != "bought" || err != nil {
		t.Errorf("after the second Start a call returned %v, %v", out, err)
	}
}

// Behaviour 16.
func TestSamePointerTwiceIsHostedOnce(t *testing.T) {
	t.Parallel()
	s := &shop{}
	w := startWorld(t, s, s)
	w.wantHistory("start A", "start B", "start shop.Buy")
}

// Behaviours 11 and 12: an error is logged as such and an expected one as a
// warning, each once, with what it belongs to.
func TestOutcomesAreLoggedByWhatTheyAre(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, message, level string
		do                   func(context.Context) error
		stack                bool
	}{
		{"undeclared", "call failed", "ERROR", failing(io.EOF), false},
		{"panic", "call failed", "ERROR", panicking, true},
		{"declared", "call failed", "WARN", failing(fault.New(fault.Conflict, "sold out")), false},
		{"end of its context", "call failed", "WARN", failing(context.Canceled), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := startWorld(t, &shop{})
			w.on("method", tt.do)
			_, _ = w.call("shop.Buy")
			found := w.logged(tt.message)
			if len(found) != 1 {
				t.Fatalf("%d records %q, want 1", len(found), tt.message)
			}
			r := found[0]
			if r["level"] != tt.level || r["service"] != "shop" || r["method"] != "buy" || r["call_id"] != "call-1" {
				t.Errorf("record is %v, want %s of shop, buy, call-1", r, tt.level)
			}
			if text, has := r["stack"].(string); has != tt.stack || has && !strings.Contains(text, "fakes_test.go") {
				t.Errorf("stack is %q, want one: %t", text, tt.stack)
			}
		})
	}
}

// Everything that waits for something does it in a bubble here, so a service
// that never stops is a deadlock that the test reports.
func TestBackgroundWorkEndsWithTheContainer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := startWorld(t, &shop{})
		w.forget()
		w.point("shop.Buy").host.Go("poll", func(ctx context.Context) error {
			<-ctx.Done()
			w.note("poll ended")
			return ctx.Err()
		})
		w.stop()
		w.wantHistory("stop shop.Buy", "poll ended", "stop B", "stop A")
		select {
		case err := <-w.app.Failed():
			t.Errorf("the end of background work is reported as a failure: %v", err)
		default:
		}
	})
}
