package telemetry

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

// Kinds of entrypoints whose spans are not those of any call.
const (
	kindHTTP  = "http"
	kindEvent = "event"
	kindTimer = "timer"
)

// unknownVerb begins the source of a request whose method is none of HTTP's own.
const unknownVerb = "_OTHER "

// system is what our calls are to those who look at traces.
const system = "enoki"

// arrived runs a call, and tells how it went.
func (w *watch) arrived(ctx context.Context, c *entrypoint.Call, next service.Handler) (out any, err error) {
	began, err := time.Now(), errUnfinished
	a := arrival{call: c}
	if t := w.tracing.Load(); t != nil {
		ctx = a.begin(ctx, t)
	}
	defer func() {
		o := outcomeOf(err)
		w.meters.arrived(c, o, time.Since(began))
		a.end(o, out, err)
	}()
	return next(ctx, c)
}

// arrival is a call that is traced.
type arrival struct {
	call *entrypoint.Call
	kind trace.SpanKind
	span trace.Span // nil where nobody traces
}

// begin begins the span.
func (a *arrival) begin(ctx context.Context, t *tracing) context.Context {
	source := sourceOf(a.call)
	name, kind := a.names(source)
	a.kind = kind
	ctx, a.span = t.of(a.call.Service).Start(parent(ctx), name, trace.WithSpanKind(kind))
	if a.span.IsRecording() {
		a.describe(source)
	}
	return ctx
}

// sourceOf returns what reached the method, "" where that is not said.
func sourceOf(c *entrypoint.Call) string {
	if s, ok := c.Stimulus.(entrypoint.Sourced); ok {
		return legible(s.Source())
	}
	return ""
}

// names returns the name of the span, and its kind.
func (a *arrival) names(source string) (string, trace.SpanKind) {
	method := a.call.Service + "." + a.call.Name
	switch a.call.Kind {
	case kindHTTP:
		if source == "" { // nobody's request: who asks is asked for
			return method, trace.SpanKindInternal
		}
		return strings.Replace(source, unknownVerb, "HTTP ", 1), trace.SpanKindServer
	case kindEvent:
		return "handle " + method, trace.SpanKindConsumer
	case kindTimer:
		return method, trace.SpanKindInternal
	default:
		return method, trace.SpanKindServer
	}
}

// describe adds what the conventions ask for.
func (a *arrival) describe(source string) {
	c, attrs := a.call, make([]attribute.KeyValue, 0, 8)
	attrs = append(attrs, attribute.String("svc.call_id", legible(c.ID)), attribute.String("svc.kind", c.Kind))
	if c.Attempt > 0 {
		attrs = append(attrs, attribute.Int("svc.attempt", c.Attempt))
	}
	method := c.Service + "." + c.Name
	switch {
	case c.Kind == kindHTTP && source != "":
		verb, route, _ := strings.Cut(source, " ")
		attrs = append(attrs, semconv.HTTPRequestMethodKey.String(verb), semconv.HTTPRoute(route), attribute.String("svc.method", method))
	case c.Kind == kindEvent:
		attrs = append(attrs, messaging("handle"), semconv.MessagingOperationTypeProcess, semconv.MessagingSystemKey.String("nats"), attribute.String("svc.method", method))
		if source != "" {
			attrs = append(attrs, semconv.MessagingDestinationName(source))
		}
	case a.kind == trace.SpanKindServer:
		attrs = append(attrs, semconv.RPCSystemNameKey.String(system), semconv.RPCMethod(method))
	}
	a.span.SetAttributes(attrs...)
}

func messaging(operation string) attribute.KeyValue { return semconv.MessagingOperationName(operation) }

// end ends the span, if there is one.
func (a *arrival) end(o outcome, out any, err error) {
	if a.span == nil {
		return
	}
	if a.span.IsRecording() {
		a.answer(o, out, err)
	}
	o.conclude(a.span, a.kind)
}

// answer adds the status of an answer.
func (a *arrival) answer(o outcome, out any, err error) {
	if s, ok := a.call.Stimulus.(entrypoint.Answered); ok {
		a.span.SetAttributes(semconv.HTTPResponseStatusCode(s.Status(out, err)))
		return
	}
	if a.kind == trace.SpanKindServer {
		a.span.SetAttributes(semconv.RPCResponseStatusCode(o.code))
	}
}
