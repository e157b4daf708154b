package service_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// depot and counter are services of one process that use the same connection in their
// calls.
type depot struct {
	Bus wire `to:"bus"`

	_ probe `method:"Load"`
}

func (d *depot) Load(ctx context.Context) error { return d.Bus.step(ctx, "load") }

type counter struct {
	Bus wire `to:"bus"`

	_ probe `method:"Serve"`
}

func (c *counter) Serve(ctx context.Context) error { return c.Bus.step(ctx, "serve") }

// S20: that one of its users has left does not end what they share.
func TestSharedValueOutlivesTheLastCallOfItsLastUser(t *testing.T) {
	t.Parallel()
	w := startWorld(t, &depot{}, &counter{})
	running, left := make(chan struct{}), make(chan struct{})
	w.on("load", func(context.Context) error {
		close(running)
		<-left
		w.note("loaded")
		return nil
	})
	w.on("stop counter.Serve", func(context.Context) error { close(left); return nil })
	answer := w.spawn("depot.Load")
	<-running
	w.forget()
	w.stop()
	if o := <-answer; o.err != nil {
		t.Errorf("the call that ran ended with %v", o.err)
	}
	have := w.history()
	if last := have[len(have)-1]; last != "stop bus" || strings.Count(strings.Join(have, ", "), "stop bus") != 1 {
		t.Errorf("steps are %q, want bus to be stopped last, and once", have)
	}
	wantPieces(t, strings.Join(have, ", "), []string{"loaded", "stop bus"})
}

func TestSharedValueThatFailsToStopLeavesTheOthersTheirs(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(context.Context) error{"fails": failing(io.EOF), "panics": panicking} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, &plant{}, &office{})
			if err := w.app.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.on("stop bus-overlay", do)
			err := w.app.Stop(context.Background())
			if err == nil || !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "panic: ouch") {
				t.Errorf("have %v, want what went wrong", err)
			}
			wantPieces(t, strings.Join(w.history(), ", "), []string{"stop bus-overlay", "stop bus"})
		})
	}
}

// What a call does to a value that all share costs that call.
func TestCallThatFailsWithASharedValueCostsNobodyElse(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(context.Context) error{"fails": failing(io.EOF), "panics": panicking, "exits": exiting} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWorld(t, &depot{}, &counter{}, "workers: 1")
			w.on("load", do)
			for range 3 {
				if _, err := w.call("depot.Load"); err == nil {
					t.Error("have no error of the call that went wrong")
				}
				if _, err := w.call("counter.Serve"); err != nil {
					t.Errorf("the other service: %v", err)
				}
			}
			w.on("load", nil)
			if _, err := w.call("depot.Load"); err != nil {
				t.Errorf("the next call: %v", err)
			}
			w.stop()
			if n := strings.Count(strings.Join(w.history(), ", "), "stop bus"); n != 1 {
				t.Errorf("the shared value was stopped %d times, want once", n)
			}
		})
	}
}
