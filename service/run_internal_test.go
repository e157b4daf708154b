package service

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// trigger is a kind of entrypoint that calls a method by itself when it starts.
type trigger struct{}

func (trigger) Declare(_ reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	return &triggered{host: h, method: m}, nil
}

type triggered struct {
	host   entrypoint.Host
	method *entrypoint.Method
}

func (e *triggered) Start(ctx context.Context) error {
	c := &entrypoint.Call{ID: "1", Service: e.host.Service(), Name: "run", Method: e.method}
	return e.host.Spawn(ctx, c, func(any, error) {})
}
func (*triggered) Stop(context.Context) error { return nil }

// patient runs what the test wants when it starts, as a call.
type patient struct {
	Work func(context.Context) error

	_ trigger `method:"Run"`
}

func (p *patient) Run(ctx context.Context) error { return p.Work(ctx) }

// slow has a dependency that takes a minute to start.
type slow struct {
	Begin beginning

	_ trigger `method:"Run"`
}

func (*slow) Run() {}

type beginning struct{}

// beginnings is the provider of a beginning.
type beginnings struct {
	dependency.Provider
	obeys bool // the end of the start's context
}

func (b beginnings) Start(ctx context.Context) error {
	if !b.obeys {
		ctx = context.WithoutCancel(ctx)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.NewTimer(time.Minute).C:
		return nil
	}
}

func slowly(obeys bool) Option {
	return Lend[beginning](beginnings{dependency.Same(beginning{}), obeys})
}

// runs is an application under Run with signals of the test's.
type runs struct {
	app     *App
	signals chan os.Signal
	result  chan error
	began   time.Time
}

func run(t *testing.T, options ...Option) *runs {
	t.Helper()
	app, err := New(nil, append(options, Logger(slog.New(slog.DiscardHandler)))...)
	if err != nil {
		t.Fatal(err)
	}
	r := &runs{app: app, signals: make(chan os.Signal, 2), result: make(chan error, 1), began: time.Now()}
	go func() { r.result <- app.run(t.Context(), r.signals) }() // awaited by want
	synctest.Wait()
	return r
}

// want checks what Run returns and when.
func (r *runs) want(t *testing.T, err error, after time.Duration) {
	t.Helper()
	have := <-r.result
	if !errors.Is(have, err) || (err == nil) != (have == nil) {
		t.Errorf("Run = %v, want %v", have, err)
	}
	if took := time.Since(r.began); took != after {
		t.Errorf("Run returned after %v, want %v", took, after)
	}
}

func sleeping(d time.Duration) func(context.Context) error {
	return func(context.Context) error { time.Sleep(d); return nil }
}

func TestFirstSignalDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, With(&patient{Work: sleeping(20 * time.Second)}))
		r.signals <- syscall.SIGTERM
		r.want(t, nil, 20*time.Second)
	})
}

func TestSecondSignalCutsTheStopShort(t *testing.T) {
	t.Parallel()
	for _, test := range map[string]struct {
		work func(context.Context) error
		took time.Duration
	}{
		"obeyed":  {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, 5 * time.Second},
		"ignored": {sleeping(time.Minute), 6 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := run(t, With(&patient{Work: test.work}))
			r.signals <- syscall.SIGINT
			time.Sleep(5 * time.Second)
			r.signals <- syscall.SIGINT
			r.want(t, ErrForced, test.took)
			time.Sleep(time.Minute)
		})
	}
}

// systemd ends a service by a SIGTERM to each of its processes, and svc hands its own on.
func TestTwoSIGTERMAtOnceAreOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, With(&patient{Work: sleeping(20 * time.Second)}))
		r.signals <- syscall.SIGTERM
		r.signals <- syscall.SIGTERM
		r.want(t, nil, 20*time.Second)
	})
	synctest.Test(t, func(t *testing.T) {
		r := run(t, With(&patient{Work: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}))
		r.signals <- syscall.SIGTERM
		time.Sleep(time.Second)
		r.signals <- syscall.SIGTERM
		r.want(t, ErrForced, time.Second)
	})
}

// Whatever a plugin does while it stops, the second signal ends Run in time.
func TestSecondSignalNeedsNobodysCooperation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := run(t, With(&slow{}), slowly(false))
		time.Sleep(time.Second) // Start takes a minute and ignores its context
		r.signals <- syscall.SIGINT
		r.signals <- syscall.SIGINT
		r.want(t, ErrForced, time.Second+forceLimit)
		if forceLimit >= 1500*time.Millisecond {
			t.Errorf("the limit is %v, want less than 1.5s", forceLimit)
		}
		time.Sleep(2 * time.Minute)
	})
}

func TestSignalDuringStartStops(t *testing.T) {
	t.Parallel()
	for obeys, took := range map[bool]time.Duration{true: time.Second, false: time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			r := run(t, With(&slow{}), slowly(obeys))
			time.Sleep(time.Second)
			r.signals <- syscall.SIGTERM
			r.want(t, nil, took)
		})
	}
}

// Behaviours 7 and 14: a failure in the background stops all services
// gracefully and is what Run returns.
func TestFailureInTheBackgroundSurfaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		finished := false
		peer := &patient{Work: func(context.Context) error {
			time.Sleep(10 * time.Second)
			finished = true
			return nil
		}}
		r := run(t, With(peer, &slow{}), slowly(true))
		time.Sleep(time.Minute)
		(&host{container: r.app.containers[1]}).Go("poll", func(context.Context) error { return io.EOF })
		r.want(t, io.EOF, 60*time.Second+10*time.Second)
		if !finished {
			t.Error("the call of the other service was cut short")
		}
	})
}

// Behaviour 8: of several failures the first stops the application, once; the
// others are logged.
func TestConcurrentFailuresStopOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		app, err := New(nil, With(&patient{Work: sleeping(5 * time.Second)}), Logger(slog.New(slog.NewTextHandler(&log, nil))))
		if err != nil {
			t.Fatal(err)
		}
		result := make(chan error, 1)
		go func() { result <- app.run(t.Context(), nil) }() // awaited below
		synctest.Wait()
		h := &host{container: app.containers[0]}
		h.Go("first", func(context.Context) error { return io.EOF })
		synctest.Wait()
		h.Go("second", func(context.Context) error { return io.ErrNoProgress })
		h.Go("third", func(context.Context) error { panic("ouch") })
		if err := <-result; err == nil || err.Error() != "patient: first: EOF" {
			t.Errorf("Run = %v, want patient: first: EOF", err)
		}
		for _, want := range []string{"second: multiple Read calls", "third: panic: ouch"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log does not hold %q:\n%s", want, log.String())
			}
		}
		if have := strings.Count(log.String(), "msg=stopped"); have != 1 {
			t.Errorf("stopped %d times, want once", have)
		}
	})
}

func TestFailedReceivesTheFirstFailure(t *testing.T) {
	t.Parallel()
	app, err := New(nil, With(&patient{Work: sleeping(0)}), Logger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	(&host{container: app.containers[0]}).Go("poll", func(context.Context) error { return io.EOF })
	if err := <-app.Failed(); !errors.Is(err, io.EOF) || err.Error() != "patient: poll: EOF" {
		t.Errorf("Failed receives %v, want patient: poll: EOF", err)
	}
}

func TestEndOfContextStopsRun(t *testing.T) {
	t.Parallel()
	app, err := New(nil, With(&patient{Work: sleeping(0)}), Logger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := app.Run(ctx); err != nil {
		t.Errorf("Run = %v, want nil", err)
	}
}
