package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// greeter is what a user would write, with everything on: every call runs on a
// worker, on a fresh copy of the struct with a singleton in it.
type greeter struct {
	_ service.Name `name:"bench"`

	Phrase phrase

	_ rpc.Method `method:"Hello" args:"name"`
}

// phrase is the injected dependency: a singleton from a constructor.
type phrase func(name string) string

func newPhrase() phrase { return greeting }

// Hello greets name.
func (g *greeter) Hello(_ context.Context, name string) string { return g.Phrase(name) }

// warnings is the log of the processes: what a production service logs of calls
// that succeed, which is nothing.
var warnings = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

func serveEnoki(a assignment) (site, error) {
	settings := []config.Option{config.Define(fmt.Sprintf("broker.url=%q", a.URL))}
	if a.Workers > 0 {
		settings = append(settings, config.Define(fmt.Sprintf("workers=%d", a.Workers)))
	}
	cfg, err := config.Load(settings...)
	if err != nil {
		return site{}, err
	}
	app, err := service.New(cfg, service.Logger(warnings), service.Provide(newPhrase), service.With(&greeter{}))
	if err != nil {
		return site{}, err
	}
	stop := func() error { return app.Stop(context.Background()) }
	return site{stop: stop}, app.Start(context.Background())
}

func dialEnoki(a assignment) (client, error) {
	s, err := rpc.Dial(a.URL, rpc.WithLogger(warnings))
	if err != nil {
		return client{}, err
	}
	hello, err := rpc.FuncOf[string, string](s, "bench.hello")
	return client{call: hello, context: enokiContext, close: s.Close}, err
}

// enokiContext is that of a method which makes calls of its own: it carries a
// deadline, context data and a call stack.
func enokiContext() context.Context {
	parent := &entrypoint.Call{
		ID: "front-7f3a9c21", Kind: "rpc", Service: "front", Name: "page",
		Parents:  []string{"gateway-51c0e88d"},
		Deadline: time.Now().Add(callTimeout),
	}
	return entrypoint.WithData(parent.Context(), "tenant", "north")
}
