package timer_test

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
)

// Chime is a service with one job, whose tag the test writes.
type Chime struct {
	_ service.Name `name:"chime"`

	job  string
	who  string
	tell *tower
}

// Entrypoints declares the job.
func (c *Chime) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{entrypoint.Bind(timer.Job{}, (*Chime).Strike, reflect.StructTag(c.job))}
}

// Strike does what the tower says.
func (c *Chime) Strike(ctx context.Context, t timer.Tick) error { return c.tell.hear(ctx, c.who, t) }

// tower hears the chimes of all instances.
type tower struct {
	body func(ctx context.Context, who string, t timer.Tick) error // nil for nothing

	mu      sync.Mutex // guards what follows
	strikes []strike
	now     int // strikes that go on
	most    int // at once
}

// strike is a run of the method.
type strike struct {
	timer.Tick
	who  string
	late time.Duration
}

func (w *tower) hear(ctx context.Context, who string, t timer.Tick) error {
	w.mu.Lock()
	w.strikes = append(w.strikes, strike{t, who, time.Since(t.Due)})
	w.now++
	w.most = max(w.most, w.now)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.now--
	}()
	if w.body == nil {
		return nil
	}
	return w.body(ctx, who, t)
}

// heard returns a copy of the strikes so far.
func (w *tower) heard() []strike {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.strikes)
}

// atOnce returns how many strikes went on at the same time, at most.
func (w *tower) atOnce() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.most
}

// firsts returns the strikes that are no reruns.
func (w *tower) firsts() []strike {
	return slices.DeleteFunc(w.heard(), func(s strike) bool { return s.Rerun() })
}

// instance is one of several that a test runs.
type instance struct {
	*service.App
	log *pages
}

// launch starts an instance. It is stopped with the test.
func launch(t *testing.T, url string, c *Chime, settings ...string) instance {
	t.Helper()
	i, err := tryLaunch(t, url, c, settings...)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func tryLaunch(t *testing.T, url string, c *Chime, settings ...string) (instance, error) {
	t.Helper()
	sources := []config.Option{config.Define("broker.url=" + url)}
	for _, s := range settings {
		sources = append(sources, config.Text("test", s))
	}
	cfg, err := config.Load(sources...)
	if err != nil {
		t.Fatal(err)
	}
	log := &pages{}
	app, err := service.New(cfg, service.Logger(slog.New(slog.NewTextHandler(log, nil))), service.With(c))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Stop(context.Background()) })
	return instance{app, log}, app.Start(t.Context())
}

// halt stops an instance as SIGTERM would.
func halt(t *testing.T, i instance) {
	t.Helper()
	if err := i.Stop(await.Within(t)); err != nil {
		t.Error(err)
	}
}

// stream is the stream of ticks, seen by a client that knows nothing of us.
func stream(t *testing.T, url string) (jetstream.JetStream, jetstream.Stream) {
	t.Helper()
	js := plain.JetStream(t, url)
	s, err := js.Stream(await.Within(t), "TIMERS_svc")
	if err != nil {
		t.Fatal(err)
	}
	return js, s
}

// wantConsecutive checks that due times follow one another and come once each.
func wantConsecutive(t *testing.T, strikes []strike, interval time.Duration) {
	t.Helper()
	for i, s := range strikes {
		if s.Due.UnixMilli()%interval.Milliseconds() != 0 {
			t.Errorf("due %v is no multiple of %v since 1970", s.Due, interval)
		}
		if i > 0 && s.Due.Sub(strikes[i-1].Due) != interval {
			t.Errorf("%v follows %v, want it %v after", s.Due, strikes[i-1].Due, interval)
		}
	}
}
