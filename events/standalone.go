package events

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
)

// Standalone emits events from a program that is no service. It is safe for concurrent
// use and heals itself when the broker goes away and comes back.
type Standalone struct {
	hub    *hub
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// DialOption changes how Dial connects.
type DialOption func(*dialing)

type dialing struct {
	config   broker.Config
	settings settings
	logger   *slog.Logger
	tracer   dependency.Tracer
}

// WithTimeout sets how long an emit waits for the broker where its context says
// nothing else; 30 s.
func WithTimeout(d time.Duration) DialOption { return func(o *dialing) { o.settings.Timeout = d } }

// WithTimeoutFrom is WithTimeout for a program with a setting of its own: an error that
// says the time is up names it.
func WithTimeoutFrom(setting string, d time.Duration) DialOption {
	return func(o *dialing) { o.settings.Timeout, o.settings.source = d, setting }
}

// WithConfig sets the whole configuration of the connection, the URL included.
func WithConfig(c broker.Config) DialOption { return func(o *dialing) { o.config = c } }

// WithLogger sets the logger of the connection; slog.Default.
func WithLogger(l *slog.Logger) DialOption { return func(o *dialing) { o.logger = l } }

// WithTracer has t told of what is emitted; nobody is.
func WithTracer(t dependency.Tracer) DialOption { return func(o *dialing) { o.tracer = t } }

// Dial connects to the broker at url, for "" to the one of the environment's NATS_URL
// or at broker.DefaultURL, to emit as a source, which is the name of a service or of
// the program. The broker need not be there yet.
func Dial(url, source string, opts ...DialOption) (*Standalone, error) {
	if !broker.ValidName(source) {
		return nil, fmt.Errorf("dial: have source %q, want 1 to 64 letters, digits, - or _", source)
	}
	o := dialing{config: broker.Defaults(), settings: defaults("events.WithTimeout"), logger: slog.Default()}
	if url != "" {
		o.config.URL = url
	}
	for _, opt := range opts {
		opt(&o)
	}
	if err := o.settings.check(); err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	conn, err := broker.Dial(o.config, o.logger)
	if err != nil {
		return nil, err
	}
	s := new(Standalone)
	var life context.Context
	life, s.cancel = context.WithCancel(context.Background())
	s.hub = newHub(conn, o.settings, source, o.logger, func(_ string, f func(context.Context) error) {
		s.work.Go(func() { _ = f(life) }) // it has logged what failed
	})
	s.hub.tracer = o.tracer
	return s, s.hub.Start(life)
}

// Dispatcher returns what emits, with the source that was dialled.
func (s *Standalone) Dispatcher() Dispatcher { return s.hub.dispatcher(nil) }

// From returns what emits with another source: for tools and tests, which speak for
// others.
func (s *Standalone) From(source string) Dispatcher {
	return s.hub.dispatcher([]EmitOption{func(e *emission) { e.source = source }})
}

// Connection returns the connection to the broker.
func (s *Standalone) Connection() *broker.Conn { return s.hub.conn }

// Close closes the connection. What is emitted later fails with broker.ErrClosed.
func (s *Standalone) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.cancel() // what waits for the broker would keep the hub from stopping
	_ = s.hub.Stop(ctx)
	err := s.hub.conn.Stop(ctx)
	s.work.Wait()
	return err
}
