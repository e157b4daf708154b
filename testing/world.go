// Package svctest is a world in a test: services in the process of the test, on
// a real broker.
//
//	func TestHello(t *testing.T) {
//		w := svctest.New(t, &hello.GreetingService{})
//		got := svctest.Call[string](w, "greeting_service.hello", "world")
//		…
//	}
package svctest

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// World is a set of running services with the broker they are connected to.
type World struct {
	t        TB
	broker   *Broker
	app      *service.App
	client   *rpc.Standalone
	watchers watchers
	log      logBuffer

	emitting sync.Once // makes emits
	emits    *events.Standalone
}

// Config is configuration for New, as YAML.
type Config string

// limit bounds every wait of this package, so that a test that fails does so
// with a message.
const limit = 10 * time.Second

// virtualLimit is what limit is in Virtual for calls, and for calls to come: there a
// day takes a second.
const virtualLimit = 7 * 24 * time.Hour

// callLimit bounds a call, or the wait for one.
func callLimit() time.Duration {
	if inBubble() {
		return virtualLimit
	}
	return limit
}

// New starts a broker and the services, and stops them with the test. It takes
// what service.Main takes (pointers to service structs, whose fields may hold
// fakes, and Options), Config, and a *Broker to use instead of a new one. Their HTTP
// server listens on any free port: [World.URL] says where.
func New(t TB, services ...any) *World {
	t.Helper()
	w := &World{t: t}
	sources := []config.Option{config.Text("svctest", anyPort)}
	var given []any
	for _, s := range services {
		switch s := s.(type) {
		case Config:
			sources = append(sources, config.Text("svctest.Config", string(s)))
		case *Broker:
			w.broker = s
		default:
			given = append(given, s)
		}
	}
	if w.broker == nil {
		w.broker = NewBroker(t)
	}
	sources = append(sources, config.Define("broker.url="+w.broker.URL()))
	w.start(sources, given)
	return w
}

func (w *World) start(sources []config.Option, services []any) {
	w.t.Helper()
	cfg, err := config.Load(sources...)
	if err != nil {
		w.t.Fatalf("configuration: %v", err)
		return
	}
	logger := slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.app, err = service.New(cfg, service.Logger(logger), service.Observe(w.watchers.observe), service.With(services...))
	if err != nil {
		w.t.Fatalf("services: %v", err)
		return
	}
	if why := w.stopsClock(); why != "" {
		w.t.Fatalf("svctest.Virtual: %s", why)
		return
	}
	w.t.Cleanup(w.Stop)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := w.app.Start(ctx); err != nil {
		w.t.Fatalf("start: %v", err)
		return
	}
	// A connection of the harness's own: replies that arrive while the services
	// stop must not be lost with theirs.
	w.client, err = rpc.Dial(w.broker.URL(), rpc.WithLogger(logger), rpc.WithTimeout(callLimit()))
	if err != nil {
		w.t.Fatalf("connect: %v", err)
		return
	}
	w.t.Cleanup(func() { _ = w.client.Close() })
}

// Stop stops the services as SIGTERM would. It is called at the end of the test.
func (w *World) Stop() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := w.app.Stop(ctx); err != nil {
		w.t.Logf("stop: %v", err)
	}
}

// App returns the application that hosts the services.
func (w *World) App() *service.App { return w.app }

// Broker returns the broker.
func (w *World) Broker() *Broker { return w.broker }

// Client returns a client that is no service, on a connection of its own.
func (w *World) Client() *rpc.Standalone { return w.client }

// Log returns what the services have logged so far.
func (w *World) Log() string { return w.log.String() }

// Hook runs a method through a worker of its service, dependencies and all, and
// returns what it returned: the error itself, not its image on the wire. The
// method is given by its Go name and has an entrypoint.
func (w *World) Hook(ctx context.Context, name, method string, args ...any) (any, error) {
	return w.app.Invoke(ctx, name, method, args...)
}

// Call calls a method over the broker and returns its result. An error fails the
// test; for calls that are to fail use World.Client.
func Call[Out any](w *World, target string, args ...any) Out {
	w.t.Helper()
	var out Out
	ctx, cancel := context.WithTimeout(context.Background(), callLimit())
	defer cancel()
	result, err := w.client.Proxy("").Call(ctx, target, args...)
	if err == nil {
		err = result.Decode(&out)
	}
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return out
}

// logBuffer collects a log; it is safe for concurrent use.
type logBuffer struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
