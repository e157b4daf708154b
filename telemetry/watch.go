package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// watch is what watches all services of a process.
type watch struct {
	settings  settings
	logger    *slog.Logger
	asked     map[string]bool // names of exporters
	exporters map[string]sdktrace.SpanExporter
	provider  trace.TracerProvider // of the user's, nil for none
	meters    *meters
	page      *page    // nil where the metrics are on the HTTP server, or nowhere
	unserved  string   // why they are nowhere, "" where they are not
	unsent    []string // exporters that have nobody to send spans to

	tracing atomic.Pointer[tracing] // nil where nobody gets spans, and before the start
}

type watchKey struct{}

var _ dependency.Tracer = (*watch)(nil)

// newWatch makes the watch, and serves its metrics.
func newWatch(x service.Extended) (*watch, error) {
	s, err := readSettings(x)
	if err != nil {
		return nil, err
	}
	w := &watch{
		settings: s, logger: x.Logger(), asked: make(map[string]bool), exporters: make(map[string]sdktrace.SpanExporter),
		meters: newMeters(dependency.ProcessOf(x)),
	}
	w.serve(web.Serving(x))
	return w, nil
}

// serve decides where the metrics are.
func (w *watch) serve(server *web.Server) {
	handler := w.meters.handler(w.logger)
	switch {
	case w.settings.Metrics.Address != "":
		w.page = newPage(w.settings.Metrics.Address, handler, w.logger)
	case server == nil:
		w.unserved = "the process has no HTTP server"
	case !server.Offer(metricsPath, handler):
		w.unserved = "a service has a route of its own there"
	}
}

// add heeds the wishes of one package.
func (w *watch) add(all wishes) error {
	errs := []error{w.meters.add(all.collectors)}
	for _, e := range all.exporters {
		if w.asked[e.name] {
			continue
		}
		w.asked[e.name] = true
		errs = append(errs, w.open(e))
	}
	if all.provider != nil {
		w.provider = all.provider
	}
	if w.provider != nil && len(w.exporters) > 0 {
		errs = append(errs, errors.New("telemetry: have a tracer provider and an exporter, want one of them; give the exporter to the provider"))
	}
	return errors.Join(errs...)
}

func (w *watch) open(e exporting) error {
	exporter, err := e.open()
	switch {
	case err != nil:
		return err
	case exporter == nil:
		w.unsent = append(w.unsent, e.name)
	default:
		w.exporters[e.name] = exporter
	}
	return nil
}

// Start makes spans from now on, and listens where the metrics have an address of their
// own. The container calls it.
func (w *watch) Start(ctx context.Context) error {
	w.say(ctx)
	switch {
	case w.provider != nil:
		w.tracing.Store(given(w.provider))
	case len(w.exporters) > 0:
		t, err := exported(ctx, w.settings, w.exporters, w.logger)
		if err != nil {
			return err
		}
		w.tracing.Store(t)
	}
	if w.page != nil {
		return w.page.start(ctx)
	}
	return nil
}

// say says what nobody will see, and how to see it.
func (w *watch) say(ctx context.Context) {
	if w.unserved != "" {
		w.logger.InfoContext(ctx, "metrics are served nowhere; the configuration key telemetry.metrics.address gives them an address of their own, such as 127.0.0.1:9464",
			"path", metricsPath, "why", w.unserved)
	}
	for _, name := range w.unsent {
		w.logger.InfoContext(ctx, "no spans are exported: nobody says where to", "exporter", name)
	}
}

// Stop waits until the last spans are exported, for a while: those that nobody takes are
// lost, which the log says. The container calls it.
func (w *watch) Stop(ctx context.Context) error {
	if t := w.tracing.Load(); t != nil {
		t.flush(ctx)
	}
	if w.page != nil {
		return w.page.stop()
	}
	return nil
}
