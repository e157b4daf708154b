package social_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
	"github.com/enoki-go/enoki/examples/social/api"
	"github.com/enoki-go/enoki/examples/social/push"
	"github.com/enoki-go/enoki/examples/social/register"
	"github.com/enoki-go/enoki/telemetry"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	comment = `{"timestamp":1553652949,"u_id":%q,"content":"very good.","article_id":100,"article_u_id":%q}`

	traceOutside = "4bf92f3577b34da6a3ce929d0e0e4736"
)

// A comment is one tree of spans, from the API by way of push to register.
func TestCommentIsOneTrace(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	traced := telemetry.Options(telemetry.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))))
	w := svctest.New(t, &api.API{}, &push.Push{}, &register.Register{}, api.Options(), traced,
		svctest.Config(fmt.Sprintf("REDIS_URIS: {development: %q}", redistest.URL(t))))
	results := svctest.Call[[]*string](w, "register.register", map[string]any{"name": "ann", "email": "ann@example.org", "language": "EN", "country": "GB"})
	if len(results) != 2 || results[0] == nil {
		t.Fatalf("have %v, want a u_id and a message", results)
	}
	spans.Reset() // of the registration, which had ended when it was answered
	post(t, w.URL()+"/api/v1/comment", fmt.Sprintf(comment, *results[0], *results[0]))
	want := `
POST /api/v1/comment server
  register.find client
    register.find server
  push.push client
    push.push server
      register.find client
        register.find server
`
	if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(tree(spans.GetSpans()))); diff != "" {
		t.Errorf("tree (-want +have):\n%s", diff)
	}
	for _, s := range spans.GetSpans() {
		if have := s.SpanContext.TraceID().String(); have != traceOutside {
			t.Errorf("%s has the trace %s, want that of the client, %s", s.Name, have, traceOutside)
		}
	}
}

// post posts JSON within a trace.
func post(t *testing.T, url, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Traceparent", "00-"+traceOutside+"-00f067aa0ba902b7-01")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("have %s", answer.Status)
	}
}

// tree draws spans, each below its parent; those at the top are below one elsewhere.
func tree(spans tracetest.SpanStubs) string {
	known := make(map[trace.SpanID]bool)
	for _, s := range spans {
		known[s.SpanContext.SpanID()] = true
	}
	slices.SortFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	var b strings.Builder
	var draw func(below func(tracetest.SpanStub) bool, indent string)
	draw = func(below func(tracetest.SpanStub) bool, indent string) {
		for _, s := range spans {
			if below(s) {
				fmt.Fprintf(&b, "%s%s %s\n", indent, s.Name, s.SpanKind)
				draw(func(child tracetest.SpanStub) bool { return child.Parent.SpanID() == s.SpanContext.SpanID() }, indent+"  ")
			}
		}
	}
	draw(func(s tracetest.SpanStub) bool { return !known[s.Parent.SpanID()] }, "")
	return b.String()
}
