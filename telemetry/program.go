package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"github.com/enoki-go/enoki/dependency"
)

// Tracer returns who makes spans of what a program sends that is no service, for
// rpc.WithTracer and events.WithTracer. The program makes the provider, and stops it.
func Tracer(p trace.TracerProvider) dependency.Tracer { return program{given(p)} }

// program is a program that is no service. It has no metrics.
type program struct{ *tracing }

// Outgoing makes a span, below that of ctx if there is one.
func (p program) Outgoing(ctx context.Context, o dependency.Outgoing) (context.Context, func(error)) {
	o.Target = legible(o.Target)
	ctx, end := p.departed(ctx, o)
	return ctx, func(err error) { end(outcomeOf(err)) }
}

// TraceID returns the id of the trace that ctx belongs to.
func (program) TraceID(ctx context.Context) string { return traceID(ctx) }
