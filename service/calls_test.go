package service_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

func failing(err error) func(context.Context) error {
	return func(context.Context) error { return err }
}

func panicking(context.Context) error { panic("ouch") }

func exiting(context.Context) error {
	runtime.Goexit()
	return nil
}

const exited = "runtime.Goexit ended the goroutine of the call; want a return (in a test, t.Error instead of t.Fatal)"

// traced records the middleware and the observer beside the rest.
func traced(t *testing.T) *world {
	t.Helper()
	var w *world
	w = newWorld(t, &shop{}, service.Use(func(next service.Handler) service.Handler {
		return func(ctx context.Context, c *entrypoint.Call) (any, error) {
			if err := w.step(ctx, "middleware in"); err != nil {
				return nil, err
			}
			out, err := next(ctx, c)
			w.note("middleware out: %v %v", out, err)
			return out, err
		}
	}), service.Observe(func(e service.Event) {
		if e, ok := e.(service.CallEnded); ok {
			w.note("ended: %v %v", e.Result, e.Err)
		}
	}))
	w.start()
	w.forget()
	return w
}

// run makes one call and records its answer.
func (w *world) run() {
	w.t.Helper()
	p := w.point("shop.Buy")
	over := make(chan struct{})
	err := p.host.Spawn(w.t.Context(), p.call(), func(out any, err error) {
		w.note("done: %v %v", out, err)
		close(over)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	<-over
}

// Behaviour 1, and 13 for the hooks that fail: the order of everything that
// happens in a call, whatever becomes of it. The call after it is served as if
// nothing had been (behaviours 6 and 11).
func TestLifeOfACall(t *testing.T) {
	t.Parallel()
	type hooks map[string]func(context.Context) error
	tests := []struct {
		name  string
		hooks hooks
		want  []string
	}{
		{"method returns", nil, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: <nil>", "release A: <nil>",
			"middleware out: bought <nil>", "ended: bought <nil>", "done: bought <nil>",
		}},
		{"method fails", hooks{"method": failing(io.EOF)}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: EOF", "release A: EOF",
			"middleware out: <nil> EOF", "ended: <nil> EOF", "done: <nil> EOF",
		}},
		{"method panics", hooks{"method": panicking}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: panic: ouch", "release A: panic: ouch",
			"middleware out: <nil> panic: ouch", "ended: <nil> panic: ouch", "done: <nil> panic: ouch",
		}},
		{"method ends its goroutine", hooks{"method": exiting}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: " + exited, "release A: " + exited,
			"ended: <nil> " + exited, "done: <nil> " + exited,
		}},
		{"last release fails", hooks{"release A": failing(io.EOF)}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: <nil>", "release A: <nil>",
			"middleware out: <nil> release A: EOF", "ended: <nil> release A: EOF", "done: <nil> release A: EOF",
		}},
		{"first release fails", hooks{"release B": failing(io.EOF)}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: <nil>", "release A: release B: EOF",
			"middleware out: <nil> release B: EOF", "ended: <nil> release B: EOF", "done: <nil> release B: EOF",
		}},
		{"release panics", hooks{"release B": panicking}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: <nil>", "release A: release B: panic: ouch",
			"middleware out: <nil> release B: panic: ouch", "ended: <nil> release B: panic: ouch", "done: <nil> release B: panic: ouch",
		}},
		{"release ends its goroutine", hooks{"release B": exiting}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: <nil>", "release A: " + exited,
			"ended: <nil> " + exited, "done: <nil> " + exited,
		}},
		{"method fails and release ends its goroutine", hooks{"method": failing(io.EOF), "release B": exiting}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: EOF", "release A: EOF",
			"ended: <nil> " + exited, "done: <nil> " + exited,
		}},
		{"method and release fail", hooks{"method": failing(io.EOF), "release B": failing(io.ErrNoProgress)}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: EOF", "release A: EOF",
			"middleware out: <nil> EOF", "ended: <nil> EOF", "done: <nil> EOF",
		}},
		{"second acquire fails", hooks{"acquire B": failing(io.EOF)}, []string{
			"middleware in", "acquire A", "acquire B", "release A: acquire B: EOF",
			"middleware out: <nil> acquire B: EOF", "ended: <nil> acquire B: EOF", "done: <nil> acquire B: EOF",
		}},
		{"second acquire panics", hooks{"acquire B": panicking}, []string{
			"middleware in", "acquire A", "acquire B", "release A: acquire B: panic: ouch",
			"middleware out: <nil> acquire B: panic: ouch", "ended: <nil> acquire B: panic: ouch", "done: <nil> acquire B: panic: ouch",
		}},
		{"second acquire ends its goroutine", hooks{"acquire B": exiting}, []string{
			"middleware in", "acquire A", "acquire B", "release A: " + exited, "ended: <nil> " + exited, "done: <nil> " + exited,
		}},
		{"middleware refuses", hooks{"middleware in": failing(io.EOF)}, []string{
			"middleware in", "ended: <nil> EOF", "done: <nil> EOF",
		}},
		{"middleware panics", hooks{"middleware in": panicking}, []string{
			"middleware in", "ended: <nil> panic: ouch", "done: <nil> panic: ouch",
		}},
		{"error that cannot be printed", hooks{"method": failing((*brittle)(nil))}, []string{
			"middleware in", "acquire A", "acquire B", "method", "release B: <nil>", "release A: <nil>",
			"middleware out: <nil> <nil>",
			"ended: <nil> panic: runtime error: invalid memory address or nil pointer dereference",
			"done: <nil> panic: runtime error: invalid memory address or nil pointer dereference",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := traced(t)
			for step, do := range tt.hooks {
				w.on(step, do)
			}
			w.run()
			w.wantHistory(tt.want...)

			for step := range tt.hooks {
				w.on(step, nil)
			}
			w.forget()
			w.run()
			w.wantHistory(tests[0].want...)
		})
	}
}

// brittle is an error type that panics where its pointer is nil.
type brittle struct{ text string }

func (b *brittle) Error() string { return b.text }

func TestMiddlewareWrapsInTheOrderGiven(t *testing.T) {
	t.Parallel()
	var w *world
	layer := func(name string) service.Middleware {
		return func(next service.Handler) service.Handler {
			return func(ctx context.Context, c *entrypoint.Call) (any, error) {
				w.note("in %s", name)
				defer w.note("out %s", name)
				return next(ctx, c)
			}
		}
	}
	w = newWorld(t, &market{}, service.Use(layer("1"), layer("2")), service.Use(layer("3")))
	w.start()
	w.forget()
	if _, err := w.call("market.Sell"); err != nil {
		t.Fatal(err)
	}
	w.wantHistory("in 1", "in 2", "in 3", "acquire C", "method of market", "release C: <nil>", "out 3", "out 2", "out 1")
}

// A panic of an observer, or of the entrypoint that is told the outcome, stays
// where it is.
func TestPanicsAroundACallCostNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &shop{}, "workers: 1", service.Observe(func(service.Event) {
		panic(errors.New("observer"))
	}))
	w.start()
	p := w.point("shop.Buy")
	if err := p.host.Spawn(t.Context(), p.call(), func(any, error) { panic("done") }); err != nil {
		t.Fatal(err)
	}
	if out, err := w.call("shop.Buy"); out != "bought" || err != nil {
		t.Errorf("the next call returned %v, %v", out, err)
	}
	if len(w.logged("an observer panicked")) == 0 ||
		len(w.logged("the entrypoint panicked when it was told the outcome of a call")) != 1 {
		t.Error("the panics are not in the log")
	}
}
