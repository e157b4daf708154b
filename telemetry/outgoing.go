package telemetry

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// kindJob is that of durable calls, where they are stored.
const kindJob = "job"

// Outgoing is called for everything that leaves the process.
func (w *watch) Outgoing(ctx context.Context, o dependency.Outgoing) (context.Context, func(error)) {
	o.Target = legible(o.Target)
	began, end := time.Now(), func(outcome) {}
	if t := w.tracing.Load(); t != nil {
		ctx, end = t.departed(ctx, o)
	}
	return ctx, func(err error) {
		came := outcomeOf(err)
		w.meters.departed(o, came, time.Since(began))
		end(came)
	}
}

// TraceID returns the id of the trace that ctx belongs to: that of its span or, where
// nobody traces here, the one that has come in.
func (*watch) TraceID(ctx context.Context) string { return traceID(ctx) }

func traceID(ctx context.Context) string {
	sc := trace.SpanContextFromContext(parent(ctx))
	if !sc.HasTraceID() {
		return ""
	}
	return sc.TraceID().String()
}

// departed begins the span of the sender.
func (t *tracing) departed(ctx context.Context, o dependency.Outgoing) (context.Context, func(outcome)) {
	service := ""
	if c := entrypoint.FromContext(ctx); c != nil {
		service = c.Service
	}
	name, kind := departure(o)
	ctx, span := t.of(service).Start(parent(ctx), name, trace.WithSpanKind(kind))
	if span.IsRecording() {
		span.SetAttributes(attributesOf(o)...)
	}
	return inject(ctx), func(came outcome) {
		if o.Kind != kindEvent && o.Kind != kindHTTP && span.IsRecording() {
			span.SetAttributes(semconv.RPCResponseStatusCode(came.code))
		}
		came.conclude(span, kind)
	}
}

// departure returns the name of the span of a sender, and its kind.
func departure(o dependency.Outgoing) (string, trace.SpanKind) {
	switch o.Kind {
	case kindEvent:
		return "emit " + o.Target, trace.SpanKindProducer
	case kindJob:
		return "submit " + o.Target, trace.SpanKindProducer
	default:
		return o.Target, trace.SpanKindClient
	}
}

// attributesOf returns what the conventions ask for.
func attributesOf(o dependency.Outgoing) []attribute.KeyValue {
	kind := attribute.String("svc.kind", o.Kind)
	switch o.Kind {
	case kindEvent:
		return []attribute.KeyValue{
			kind, semconv.MessagingSystemKey.String("nats"), messaging("emit"), semconv.MessagingOperationTypeSend, semconv.MessagingDestinationName(o.Target),
		}
	case kindHTTP:
		verb, host, _ := strings.Cut(o.Target, " ")
		return []attribute.KeyValue{kind, semconv.HTTPRequestMethodKey.String(verb), semconv.ServerAddress(host)}
	default:
		return []attribute.KeyValue{kind, semconv.RPCSystemNameKey.String(system), semconv.RPCMethod(o.Target)}
	}
}
