package telemetry

import (
	"errors"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
)

// outcome is what is told of the end of a call. The text of an error is not: it may quote
// an argument or a cause, and is in the log.
type outcome struct {
	code  string // of package fault, "ok" for no error
	what  string // the name of a declared error, the code of another, the Go type of one that nobody has declared; "" for no error
	panic string // Go type of the value, "" for no panic
}

const (
	codeOK = "ok"
	panics = "panic" // what a panic is
)

// errUnfinished is the outcome of a call that did not return: what is around it panicked,
// or ended its goroutine.
var errUnfinished = errors.New("the call did not return")

func outcomeOf(err error) outcome {
	if err == nil {
		return outcome{code: codeOK}
	}
	if p, ok := errors.AsType[*service.PanicError](err); ok {
		return outcome{string(fault.Internal), panics, fmt.Sprintf("%T", p.Value)}
	}
	if err == errUnfinished { //nolint:errorlint // this very value
		return outcome{code: string(fault.Internal), what: panics}
	}
	e := fault.From(err)
	o := outcome{code: string(e.Code), what: e.Name}
	if !e.Code.Valid() {
		o.code = string(fault.Internal)
	}
	if o.what == "" {
		o.what = e.Class
	}
	if o.what == "" {
		o.what = o.code
	}
	o.what = legible(o.what)
	return o
}

// legible returns what others say as UTF-8. With what is none OTLP takes no span of those
// that are sent together, and package prometheus panics.
func legible(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// failed reports whether a span of a kind is marked as an error, as the conventions of
// OpenTelemetry have it: one that serves, where the fault is its own, as with 5xx of HTTP;
// any other always.
func (o outcome) failed(kind trace.SpanKind) bool {
	if o.what == "" {
		return false
	}
	return kind != trace.SpanKindServer || fault.Code(o.code).Status() >= ownFault
}

// ownFault is the first status of HTTP that says that the server is to blame.
const ownFault = 500

// conclude ends a span.
func (o outcome) conclude(span trace.Span, kind trace.SpanKind) {
	if o.what != "" {
		span.SetAttributes(semconv.ErrorTypeKey.String(o.what))
	}
	if o.panic != "" {
		span.SetAttributes(attribute.String("svc.panic", o.panic))
	}
	if o.failed(kind) {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
