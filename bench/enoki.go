package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// enokiKind is a way to call a service of ours. Each has a service of its own:
// all of them are up at once. To add one, write its service into greeters.go and
// append it to contestants.
type enokiKind struct {
	name    string
	service any // prototype
	ask     func(*rpc.Standalone) (rpc.Func[string, string], error)
	context func() context.Context
	options func() []service.Option                              // of the service; nil for none
	dialing func() (rpc.DialOption, func(context.Context) error) // of the client, with what ends it; nil for none
}

var (
	enokiDirect  = enokiKind{name: "enoki", service: &greeter{}, ask: asking("bench.hello"), context: context.Background}
	enokiOnce    = enokiKind{name: "enoki-at-most-once", service: &onceGreeter{}, ask: asking("bench_once.hello"), context: context.Background}
	enokiDurable = enokiKind{name: "enoki-durable", service: &durableGreeter{}, ask: submitting("bench_durable.hello"), context: context.Background}
	enokiNested  = enokiKind{name: "enoki-nested", service: &nestedGreeter{}, ask: asking("bench_nested.hello"), context: nestedContext}
)

// asking returns a client that needs nothing but the method's name.
func asking(target string) func(*rpc.Standalone) (rpc.Func[string, string], error) {
	return func(s *rpc.Standalone) (rpc.Func[string, string], error) {
		return rpc.FuncOf[string, string](s, target)
	}
}

// durableTimeout is how long a stored call is waited for: nobody says that nobody
// serves it.
const durableTimeout = 5 * time.Second

// submitting returns a client that stores its calls and waits for their results.
func submitting(target string) func(*rpc.Standalone) (rpc.Func[string, string], error) {
	return func(s *rpc.Standalone) (rpc.Func[string, string], error) {
		job, err := rpc.JobOf[string, string](s, target)
		return func(ctx context.Context, name string) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, durableTimeout)
			defer cancel()
			return job.Call(ctx, name)
		}, err
	}
}

// contestant returns the kind as one; peer does the same by hand.
func (k enokiKind) contestant(peer string) contestant {
	return contestant{name: k.name, peer: peer, serve: k.serve, dial: k.dial}
}

// warnings is the log of the processes: what a production service logs of calls
// that succeed, which is nothing.
var warnings = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))

func (k enokiKind) serve(a assignment) (site, error) {
	if k.options == nil {
		return serveOurs(a, k.service, newPhrase)
	}
	return serveOurs(a, k.service, newPhrase, k.options()...)
}

// serveOurs starts a service of ours with what a constructor makes.
func serveOurs(a assignment, prototype, constructor any, more ...service.Option) (site, error) {
	app, err := newOurs(a, prototype, constructor, fmt.Sprintf("broker.url=%q", a.URL), more...)
	if err != nil {
		return site{}, err
	}
	stop := func() error { return app.Stop(context.Background()) }
	return site{stop: stop}, app.Start(context.Background())
}

// newOurs makes an application of a service of ours; where is a setting.
func newOurs(a assignment, prototype, constructor any, where string, more ...service.Option) (*service.App, error) {
	settings := []config.Option{config.Define(where)}
	if a.Workers > 0 {
		settings = append(settings, config.Define(fmt.Sprintf("workers=%d", a.Workers)))
	}
	cfg, err := config.Load(settings...)
	if err != nil {
		return nil, err
	}
	options := []service.Option{service.Logger(warnings), service.Provide(constructor), service.With(prototype)}
	return service.New(cfg, append(options, more...)...)
}

func (k enokiKind) dial(a assignment) (client, error) {
	options, end := []rpc.DialOption{rpc.WithLogger(warnings)}, func(context.Context) error { return nil }
	if k.dialing != nil {
		var more rpc.DialOption
		more, end = k.dialing()
		options = append(options, more)
	}
	s, err := rpc.Dial(a.URL, options...)
	if err != nil {
		return client{}, errors.Join(err, end(context.Background()))
	}
	hello, err := k.ask(s)
	stop := func() error { return errors.Join(s.Close(), end(context.Background())) }
	return client{call: hello, context: k.context, close: stop}, err
}

// nestedContext is that of a method which makes calls of its own: it carries a
// deadline, context data and a call stack.
func nestedContext() context.Context {
	parent := &entrypoint.Call{
		ID: "front-7f3a9c21", Kind: "rpc", Service: "front", Name: "page",
		Parents:  []string{"gateway-51c0e88d"},
		Deadline: time.Now().Add(callTimeout),
	}
	return entrypoint.WithData(parent.Context(), "tenant", "north")
}
