package telemetry_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/telemetry"
	svctest "github.com/enoki-go/enoki/testing"
)

// sink is an exporter that keeps what it gets also when it is shut down, and that may
// take nothing.
type sink struct {
	mu      sync.Mutex
	got     []sdktrace.ReadOnlySpan
	shut    int
	entered chan struct{}
	block   bool  // until its context ends
	err     error // of every export
}

func newSink() *sink { return &sink{entered: make(chan struct{}, 1000)} }

func (s *sink) option() telemetry.Option {
	return telemetry.WithExporter("sink", func() (sdktrace.SpanExporter, error) { return s, nil })
}

func (s *sink) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	s.entered <- struct{}{}
	if s.block {
		<-ctx.Done()
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, slices.Clone(spans)...)
	return s.err
}

func (s *sink) Shutdown(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut++
	return nil
}

// services returns of which services the spans are, sorted, each once.
func (s *sink) services() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, span := range s.got {
		name, _ := span.Resource().Set().Value("service.name")
		all = append(all, name.AsString())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *sink) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, span := range s.got {
		all = append(all, span.Name())
	}
	return all
}

func TestSpansAreExportedAtTheStop(t *testing.T) {
	t.Parallel()
	k, late := newSink(), newSink()
	w := svctest.New(t, &Ward{}, telemetry.Options(k.option()), telemetry.Options(late.option()))
	svctest.Call[string](w, "ward.fail", "fine")
	w.Stop()
	if have := k.names(); len(have) != 1 || k.shut != 1 || len(late.names()) > 0 {
		t.Errorf("have %q and %d shutdowns, and %q, want one span and one, and none where the name is taken", have, k.shut, late.names())
	}
}

func TestExporterThatTakesNothingHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	k := newSink()
	k.block = true
	w := svctest.New(t, &Ward{}, telemetry.Options(k.option()))
	for range 600 { // more than a batch
		svctest.Call[string](w, "ward.fail", "fine")
	}
	await.Take(t, k.entered)
	svctest.Call[string](w, "ward.fail", "fine")
	began := time.Now()
	w.Stop()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the stop took %v, want about two seconds", took)
	}
	if !strings.Contains(w.Log(), "the last spans were not exported in time") {
		t.Errorf("the log does not say that spans are lost:\n%s", w.Log())
	}
}

func TestFailuresOfAnExporterAreLoggedOnce(t *testing.T) {
	t.Parallel()
	k := newSink()
	k.err = errors.New("nobody there")
	w := svctest.New(t, &Ward{}, telemetry.Options(k.option()))
	for range 1200 { // two batches
		svctest.Call[string](w, "ward.fail", "fine")
	}
	w.Stop()
	if have := strings.Count(w.Log(), "nobody there"); have != 1 || len(k.entered) < 3 {
		t.Errorf("have %d lines of %d failures, want 1 of at least 3", have, len(k.entered))
	}
}

func TestExporterWithoutADestinationSaysSo(t *testing.T) {
	t.Parallel()
	none := telemetry.WithExporter("pigeon", func() (sdktrace.SpanExporter, error) { return nil, nil }) //nolint:nilnil // none
	w := svctest.New(t, &Front{}, &Store{}, telemetry.Options(none))
	if !strings.Contains(w.Log(), "no spans are exported: nobody says where to\" exporter=pigeon") {
		t.Errorf("have the log\n%s", w.Log())
	}
}

// Whoever traces nothing hands on what came in, and its logs say it.
func TestTraceContextPassesWhereNobodyTraces(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, append(newsroom(), telemetry.Options())...)
	handled := w.Expect("ledger", "OnWritten")
	parent := "00-" + traceOutside + "-" + spanOutside + "-01"
	fetch(t, request(t, "POST", w.URL()+"/articles/7/comments", `{"text":"good"}`, "traceparent: "+parent))
	if have := handled.Wait().Call.Data["traceparent"]; have != parent {
		t.Errorf("have the parent %q at the end, want that of the client, %q", have, parent)
	}
	wantLogged(t, w, "a comment is kept", traceOutside)
	svctest.Call[int](w, "store.save", "x")
	if lines := w.Log(); strings.Count(lines, "a comment is kept") != 2 || strings.Count(lines, "trace_id=") != 2 {
		t.Errorf("want no trace_id of a call that belongs to no trace:\n%s", lines)
	}
}

// To be run with -race: calls, scrapes and a stop at once.
func TestAllAtOnce(t *testing.T) {
	t.Parallel()
	k := newSink()
	w := svctest.New(t, append(newsroom(), &Ward{}, &Nurse{}, telemetry.Options(k.option()))...)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				_, _ = w.Client().Proxy("nurse").Call(await.Within(t), "look", []string{"fine", "shut", "panic", "odd"}[i%4])
			}
		})
	}
	for range 10 {
		scrape(t, w.URL())
	}
	all.Wait()
	w.Stop()
	if have := len(k.names()); have != 8*20*3 {
		t.Errorf("have %d spans, want those of each call, of who makes it and of the one that it makes, %d", have, 8*20*3)
	}
}
