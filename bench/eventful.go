package main

import (
	"context"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/service"
)

// eventKind is a way to emit and handle events with a service of ours.
type eventKind struct {
	name    string
	source  string
	service any // prototype
	options []events.EmitOption
}

var (
	eventsReliable   = eventKind{"events", "bench_emitter", &keeper{}, nil}
	eventsUnreliable = eventKind{"events-unreliable", "bench_teller", &listener{}, []events.EmitOption{events.Unreliable()}}
)

// keeper handles what is stored.
type keeper struct {
	_ service.Name `name:"bench_keeper"`

	Handled *handled

	_ events.Handler `method:"OnHappened" source:"bench_emitter" event:"happened"`
}

// OnHappened counts an event.
func (k *keeper) OnHappened(_ context.Context, h happening) error { return k.Handled.handle(h) }

// listener handles what is said while it is there.
type listener struct {
	_ service.Name `name:"bench_listener"`

	Handled *handled

	_ events.Handler `method:"OnHappened" source:"bench_teller" event:"happened" reliable:"false"`
}

// OnHappened counts an event.
func (l *listener) OnHappened(_ context.Context, h happening) error { return l.Handled.handle(h) }

func (k eventKind) contestant(peer string) contestant {
	return contestant{name: k.name, peer: peer, serve: k.serve, dial: k.dial}
}

func (k eventKind) serve(a assignment) (site, error) {
	d, err := openHandled(a)
	if err != nil {
		return site{}, err
	}
	s, err := serveOurs(a, k.service, func() *handled { return d })
	stop := s.stop
	s.stop = func() error {
		defer d.nc.Close()
		return stop()
	}
	return s, err
}

func (k eventKind) dial(a assignment) (client, error) {
	s, err := events.Dial(a.URL, k.source, events.WithLogger(warnings))
	if err != nil {
		return client{}, err
	}
	w, err := openWindow(a)
	emit, happened := s.Dispatcher(), events.Define[happening](k.source, "happened", k.options...)
	e := emitter{
		one:    func(ctx context.Context, h happening) error { return happened.Emit(ctx, emit, h) },
		all:    func(ctx context.Context, many []happening) error { return happened.EmitAll(ctx, emit, many) },
		window: w,
	}
	return client{emitter: &e, close: func() error {
		defer w.nc.Close()
		return s.Close()
	}}, err
}
