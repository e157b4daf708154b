package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
)

// Standalone makes calls from a program that is no service. It is safe for
// concurrent use and heals itself when the broker goes away and comes back.
type Standalone struct{ caller *caller }

// DialOption changes how Dial connects.
type DialOption func(*dialing)

type dialing struct {
	config   broker.Config
	settings settings
	logger   *slog.Logger
	tracer   dependency.Tracer
}

// WithTimeout sets how long calls wait for an answer where their context says
// nothing else; 30 s.
func WithTimeout(d time.Duration) DialOption { return func(o *dialing) { o.settings.Timeout = d } }

// WithTimeoutFrom is WithTimeout for a program with a setting of its own: an
// error that says the time is up names it.
func WithTimeoutFrom(setting string, d time.Duration) DialOption {
	return func(o *dialing) { o.settings.Timeout, o.settings.source = d, setting }
}

// WithConfig sets the whole configuration of the connection, the URL included.
func WithConfig(c broker.Config) DialOption { return func(o *dialing) { o.config = c } }

// WithLogger sets the logger of the connection; slog.Default.
func WithLogger(l *slog.Logger) DialOption { return func(o *dialing) { o.logger = l } }

// WithTracer has t told of the calls; nobody is.
func WithTracer(t dependency.Tracer) DialOption { return func(o *dialing) { o.tracer = t } }

// Dial connects to the broker at url, for "" to the one of the environment's
// NATS_URL or at broker.DefaultURL. The broker need not be there yet.
func Dial(url string, opts ...DialOption) (*Standalone, error) {
	o := dialing{config: broker.Defaults(), logger: slog.Default()}
	o.settings = defaults("rpc.WithTimeout")
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
	c := newCaller(conn, conn.InboxName(), o.settings)
	c.tracer = o.tracer
	if err := c.Start(context.Background()); err != nil {
		return nil, errors.Join(err, conn.Stop(context.Background()))
	}
	return &Standalone{c}, nil
}

// Close closes the connection. Calls under way, and later ones, fail with
// broker.ErrClosed.
func (s *Standalone) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.caller.patrol.stop()
	return s.caller.conn.Stop(ctx)
}

// Proxy returns a proxy of a service, of all services for "".
func (s *Standalone) Proxy(service string) Proxy { return proxyOf(s.caller, service) }

// Fill fills a struct that embeds Client.
func (s *Standalone) Fill(client any) error {
	v := reflect.ValueOf(client)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("fill: have %T, want a pointer to a struct that embeds rpc.Client", client)
	}
	made, err := newClient(s.caller, v.Elem().Type(), "")
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	v.Elem().Set(made.value)
	return nil
}

// Connection returns the connection to the broker, for discovery.
func (s *Standalone) Connection() *broker.Conn { return s.caller.conn }

// FuncOf returns a method of a service as a function; target is
// "service.method".
func FuncOf[In, Out any](s *Standalone, target string) (Func[In, Out], error) {
	t, err := targetOf(target, 0, "")
	if err != nil {
		return nil, err
	}
	return funcOf[In, Out](s.caller, t), nil
}
