// Package telemetry shows what services do: metrics for Prometheus and, where there is
// somebody to send them to, traces of OpenTelemetry.
//
//	func Options() []service.Option { return telemetry.Options() }
//
// Read it in this order: watch.go (what a process has one of), incoming.go and
// outgoing.go (what is seen), outcome.go (what is told of errors), meters.go and
// tracing.go (where it goes).
package telemetry

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

// Options returns what watches all services of a process, the calls that arrive and what
// they send. Metrics are at /metrics of the HTTP server of the process, or where
// telemetry.metrics.address says; spans are made where an option says for whom. Where
// several packages of a process give it, it is there once, with the options of all. It
// stands before other middleware, which it then sees as part of the call.
func Options(options ...Option) []service.Option {
	p := new(part)
	for _, o := range options {
		o(&p.wishes)
	}
	return []service.Option{service.Trace(p), service.Use(p.around), service.Extend("telemetry", p.join)}
}

// Option adds something to what Options does.
type Option func(*wishes)

// wishes are what the options of one package ask for.
type wishes struct {
	exporters  []exporting
	provider   trace.TracerProvider
	collectors []prometheus.Collector
}

// exporting is an exporter that has yet to be made.
type exporting struct {
	name string
	open func() (sdktrace.SpanExporter, error)
}

// WithExporter makes spans, in batches, for an exporter; nobody gets any. Of several with
// one name, the first is asked. open is called by service.New and does no I/O; an exporter
// of nil is none. It is shut down when the process stops, which waits for it two seconds
// at the most.
func WithExporter(name string, open func() (sdktrace.SpanExporter, error)) Option {
	return func(w *wishes) { w.exporters = append(w.exporters, exporting{name, open}) }
}

// WithTracerProvider makes spans with a provider of the user's own, who stops it; its
// sampler and its resource hold, and those of the configuration do not. There is none.
func WithTracerProvider(p trace.TracerProvider) Option {
	return func(w *wishes) { w.provider = p }
}

// WithCollectors adds metrics of the user's own to /metrics; there are none. The same one
// may be given more than once.
func WithCollectors(all ...prometheus.Collector) Option {
	return func(w *wishes) { w.collectors = append(w.collectors, all...) }
}

// part is what one call of Options has added to an application.
type part struct {
	*watch // of the process, once all services are declared

	wishes wishes
	acts   bool // it is the part that sees the calls; of several, one
}

// join makes the watch of the process, or adds to it.
func (p *part) join(x service.Extended) error {
	w, err := dependency.Shared(x, watchKey{}, func() (*watch, error) {
		p.acts = true
		return newWatch(x)
	})
	if err != nil {
		return err
	}
	p.watch = w
	return p.add(p.wishes)
}

// around is the middleware.
func (p *part) around(next service.Handler) service.Handler {
	return func(ctx context.Context, c *entrypoint.Call) (any, error) {
		if !p.acts {
			return next(ctx, c)
		}
		return p.arrived(ctx, c, next)
	}
}
