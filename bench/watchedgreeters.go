package main

import (
	"context"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/telemetry"
)

// The kinds that are watched are enoki with telemetry on: the first has metrics, the
// others make spans as well, on both sides, of no call and of every call. Exporting is
// not measured: the exporter takes batches and forgets them.
var (
	enokiMetrics = enokiKind{
		name: "enoki-metrics", service: &metricsGreeter{}, ask: asking("bench_metrics.hello"), context: context.Background,
		options: func() []service.Option { return telemetry.Options() },
	}
	enokiUnsampled = enokiKind{
		name: "enoki-traces-0", service: &unsampledGreeter{}, ask: asking("bench_unsampled.hello"), context: context.Background,
		options: tracing, dialing: tracingAt(0),
	}
	enokiSampled = enokiKind{
		name: "enoki-traces-1", service: &sampledGreeter{}, ask: asking("bench_sampled.hello"), context: context.Background,
		options: tracing, dialing: tracingAt(1),
	}
)

// tracing lets a service do as its callers say.
func tracing() []service.Option {
	return telemetry.Options(telemetry.WithExporter("forgetful", func() (sdktrace.SpanExporter, error) {
		return tracetest.NewNoopExporter(), nil
	}))
}

// tracingAt lets a client begin the traces of a share of its calls.
func tracingAt(ratio float64) func() (rpc.DialOption, func(context.Context) error) {
	return func() (rpc.DialOption, func(context.Context) error) {
		p := sdktrace.NewTracerProvider(sdktrace.WithBatcher(tracetest.NewNoopExporter()), sdktrace.WithSampler(sdktrace.TraceIDRatioBased(ratio)))
		return rpc.WithTracer(telemetry.Tracer(p)), p.Shutdown
	}
}

// metricsGreeter is greeter, whose calls are counted.
type metricsGreeter struct {
	_ service.Name `name:"bench_metrics"`

	Phrase phrase

	_ rpc.Method `method:"Hello" args:"name"`
}

// Hello greets name.
func (g *metricsGreeter) Hello(_ context.Context, name string) string { return g.Phrase(name) }

// unsampledGreeter is greeter, none of whose calls is in a trace that is kept.
type unsampledGreeter struct {
	_ service.Name `name:"bench_unsampled"`

	Phrase phrase

	_ rpc.Method `method:"Hello" args:"name"`
}

// Hello greets name.
func (g *unsampledGreeter) Hello(_ context.Context, name string) string { return g.Phrase(name) }

// sampledGreeter is greeter, all of whose calls are.
type sampledGreeter struct {
	_ service.Name `name:"bench_sampled"`

	Phrase phrase

	_ rpc.Method `method:"Hello" args:"name"`
}

// Hello greets name.
func (g *sampledGreeter) Hello(_ context.Context, name string) string { return g.Phrase(name) }
