package telemetry

import (
	"cmp"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/enoki-go/enoki/entrypoint"
)

// scope is what made the spans.
const scope = "github.com/enoki-go/enoki/telemetry"

// The fields of W3C Trace Context in context data.
const (
	parentField = "traceparent"
	stateField  = "tracestate"
)

// tracing makes spans. One process may run several services, and each is a service of its
// own to those who look at traces.
type tracing struct {
	provider func(service string) trace.TracerProvider
	tracers  table[string, trace.Tracer] // by service
	sinks    []*sink
	logger   *slog.Logger
}

// given makes spans with a provider of the user's.
func given(p trace.TracerProvider) *tracing {
	return &tracing{provider: func(string) trace.TracerProvider { return p }}
}

// exported makes spans for exporters.
func exported(ctx context.Context, s settings, exporters map[string]sdktrace.SpanExporter, logger *slog.Logger) (*tracing, error) {
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, err
	}
	t := &tracing{logger: logger}
	limits := sdktrace.NewSpanLimits()
	limits.AttributeValueLengthLimit = longest
	options := []sdktrace.TracerProviderOption{
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(s.Traces.Ratio))), sdktrace.WithRawSpanLimits(limits),
	}
	for name, e := range exporters {
		k := newSink(name, e, logger)
		t.sinks, options = append(t.sinks, k), append(options, sdktrace.WithSpanProcessor(k.processor))
	}
	t.provider = func(service string) trace.TracerProvider {
		return sdktrace.NewTracerProvider(append(options, sdktrace.WithResource(named(about, s.Service, service)))...)
	}
	return t, nil
}

// longest is how many characters of what others say, such as the name of an error, are in
// a span.
const longest = 256

// named adds the name of a service to a resource: always, if the configuration says one;
// that of the service itself where the environment says none; what OpenTelemetry has for
// such a case where nobody says one, because something in the background has sent.
func named(about *resource.Resource, configured, service string) *resource.Resource {
	name := configured
	if name == "" {
		if about.Set().HasValue(semconv.ServiceNameKey) {
			return about
		}
		name = cmp.Or(service, "unknown_service:"+filepath.Base(os.Args[0]))
	}
	more, err := resource.Merge(about, resource.NewSchemaless(semconv.ServiceName(name)))
	if err != nil { // of two schemas, which these do not have
		return about
	}
	return more
}

// of returns what makes the spans of a service.
func (t *tracing) of(service string) trace.Tracer {
	return t.tracers.get(service, func() trace.Tracer { return t.provider(service).Tracer(scope) })
}

// flush exports what is left, from all exporters at once.
func (t *tracing) flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, flushLimit)
	defer cancel()
	var all sync.WaitGroup
	for _, k := range t.sinks {
		all.Go(func() { k.close(ctx) })
	}
	all.Wait()
}

// flushLimit is how long a process that stops waits for those who take its spans.
const flushLimit = 2 * time.Second

// parent returns ctx with the span that the next one belongs under: that which runs under
// ctx, else the one that the context data names.
func parent(ctx context.Context) context.Context {
	if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
		return ctx
	}
	data := entrypoint.Data(ctx)
	if data[parentField] == "" {
		return ctx
	}
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier(data))
}

// inject puts the span of ctx into its context data.
func inject(ctx context.Context) context.Context {
	fields := make(propagation.MapCarrier, 2)
	propagation.TraceContext{}.Inject(ctx, fields)
	if fields[parentField] == "" {
		return ctx
	}
	before := entrypoint.Data(ctx)[stateField]
	ctx = entrypoint.WithData(ctx, parentField, fields[parentField])
	if fields[stateField] == before {
		return ctx
	}
	return entrypoint.WithData(ctx, stateField, fields[stateField])
}

// sink is an exporter that can be cut off, and whose failures are in the log.
type sink struct {
	sdktrace.SpanExporter

	name      string
	logger    *slog.Logger
	processor sdktrace.SpanProcessor
	life      context.Context //nolint:containedctx // of what is being exported
	cut       context.CancelFunc
	failing   atomic.Bool
}

func newSink(name string, e sdktrace.SpanExporter, logger *slog.Logger) *sink {
	k := &sink{SpanExporter: e, name: name, logger: logger}
	k.life, k.cut = context.WithCancel(context.Background())
	k.processor = sdktrace.NewBatchSpanProcessor(k)
	return k
}

// ExportSpans exports a batch. Its errors are logged when they begin; the SDK would write
// every one to the standard error of the process.
func (k *sink) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(k.life, cancel)()
	err := k.SpanExporter.ExportSpans(ctx, spans)
	switch {
	case err == nil && k.failing.Swap(false):
		k.logger.InfoContext(ctx, "spans are exported again", "exporter", k.name)
	case err != nil && !k.failing.Swap(true):
		k.logger.WarnContext(ctx, "spans cannot be exported and are lost; once they can, this is said again", "exporter", k.name, "error", err)
	}
	return nil
}

// close exports what is left, while ctx lives.
func (k *sink) close(ctx context.Context) {
	err := k.processor.Shutdown(ctx)
	k.cut()
	if err != nil {
		k.logger.WarnContext(ctx, "the last spans were not exported in time", "exporter", k.name, "limit", flushLimit, "error", err)
	}
}
