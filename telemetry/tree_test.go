package telemetry_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/telemetry"
	svctest "github.com/enoki-go/enoki/testing"
)

const (
	traceOutside = "4bf92f3577b34da6a3ce929d0e0e4736"
	spanOutside  = "00f067aa0ba902b7"
)

// kept is what the store does with a comment, below whoever asked it.
const kept = `
store.save server
  ledger.write client
    ledger.write server
  emit store.written producer
    handle ledger.on_written consumer
  submit printer.print producer
    printer.print server
`

// below indents a part of a tree.
func below(indent, part string) string {
	return indent + strings.ReplaceAll(strings.TrimSpace(part), "\n", "\n"+indent) + "\n"
}

func TestRequestIsOneTreeAcrossServices(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, append(newsroom(), options)...)
	status, body := fetch(t, request(t, "POST", w.URL()+"/articles/7/comments", `{"text":"good"}`,
		"traceparent: 00-"+traceOutside+"-"+spanOutside+"-01", "tracestate: shop=7"))
	if status != http.StatusCreated || body != "4" {
		t.Fatalf("have %d: %s", status, body)
	}
	all := spans.wait(9)
	want := spanOutside + "\n  POST /articles/{id}/comments server\n    store.save client\n" + below("      ", kept)
	if diff := cmp.Diff(want, tree(all)); diff != "" {
		t.Errorf("tree (-want +have):\n%s", diff)
	}
	for _, s := range all {
		if have := s.SpanContext.TraceID().String(); have != traceOutside {
			t.Errorf("%s has the trace %s, want that of the client, %s", s.Name, have, traceOutside)
		}
		if have := s.SpanContext.TraceState().String(); have != "shop=7" {
			t.Errorf("%s has the state %q, want that of the client", s.Name, have)
		}
	}
	for _, line := range []string{"a comment comes", "a comment is kept"} {
		wantLogged(t, w, line, traceOutside)
	}
}

// wantLogged looks for a line in the log of services, and the id of a trace in it.
func wantLogged(t *testing.T, w *svctest.World, message, id string) {
	t.Helper()
	for line := range strings.Lines(w.Log()) {
		if strings.Contains(line, message) {
			if !strings.Contains(line, "trace_id="+id) {
				t.Errorf("have %s, want the trace_id %s", line, id)
			}
			return
		}
	}
	t.Errorf("nobody has logged %q", message)
}

func TestProgramIsTheRootOfItsCalls(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, append(newsroom(), options)...)
	program, err := rpc.Dial(w.Broker().URL(), rpc.WithTracer(telemetry.Tracer(spans.provider)), rpc.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	ctx, span := spans.provider.Tracer("test").Start(await.Within(t), "import")
	if _, err := program.Proxy("store").Call(ctx, "save", "good"); err != nil {
		t.Fatal(err)
	}
	span.End()
	want := "root\n  import internal\n    store.save client\n" + below("      ", kept)
	if diff := cmp.Diff(want, tree(spans.wait(9))); diff != "" {
		t.Errorf("tree (-want +have):\n%s", diff)
	}
}

func TestCallOfNobodyWhoTracesBeginsATrace(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, append(newsroom(), options)...)
	svctest.Call[int](w, "store.save", "good")
	all := spans.wait(7)
	if diff := cmp.Diff("root\n"+below("  ", kept), tree(all)); diff != "" {
		t.Errorf("tree (-want +have):\n%s", diff)
	}
	wantLogged(t, w, "a comment is kept", all[0].SpanContext.TraceID().String())
}

func TestWhatIsNoTraceContextBeginsATrace(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, append(newsroom(), options)...)
	fetch(t, request(t, "POST", w.URL()+"/articles/7/comments", `{"text":"good"}`, "traceparent: 00-nonsense-01", "tracestate: shop=7"))
	all := spans.wait(9)
	if have := tree(all); !strings.HasPrefix(have, "root\n  POST /articles/{id}/comments server\n    store.save client\n      store.save server\n") {
		t.Errorf("have the tree\n%s", have)
	}
	for _, s := range all {
		if s.SpanContext.TraceState().Len() != 0 {
			t.Errorf("%s has the state %q of a trace that is another", s.Name, s.SpanContext.TraceState())
		}
	}
}

func TestSamplingIsDecidedWhereATraceBegins(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, flags string
		ratio       string
		want        int
	}{
		{"sampled outside, ratio 0", "01", "0", 9},
		{"not sampled outside, ratio 1", "00", "1", 0},
		{"begun here, ratio 0", "", "0", 0},
		{"begun here, ratio 1", "", "1", 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sink := newSink()
			w := svctest.New(t, append(newsroom(), telemetry.Options(sink.option()), svctest.Config("telemetry: {traces: {ratio: "+tt.ratio+"}}"))...)
			var fields []string
			if tt.flags != "" {
				fields = append(fields, "traceparent: 00-"+traceOutside+"-"+spanOutside+"-"+tt.flags)
			}
			ended, printed := w.Expect("ledger", "OnWritten"), w.Expect("printer", "Print")
			if status, body := fetch(t, request(t, "POST", w.URL()+"/articles/7/comments", `{"text":"good"}`, fields...)); status != http.StatusCreated {
				t.Fatalf("have %d: %s", status, body)
			}
			if id := ended.Wait().Call.Data["traceparent"]; tt.flags != "" && !strings.Contains(id, traceOutside) {
				t.Errorf("have the parent %q, want one in the trace of the client", id)
			}
			printed.Wait()
			w.Stop()
			if have := sink.names(); len(have) != tt.want {
				t.Errorf("have the spans %q, want %d", have, tt.want)
			}
		})
	}
}
