package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/telemetry"
	"github.com/enoki-go/enoki/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// Comment is what is posted.
type Comment struct {
	ID   int    `path:"id"`
	Text string `json:"text"`
}

// Front takes comments.
type Front struct {
	_ service.Name `name:"front"`
	_ web.Route    `method:"Post" route:"POST /articles/{id}/comments" status:"201"`

	Save rpc.Func[string, int] `rpc:"store.save"`
	Log  *slog.Logger
}

// Post saves a comment.
func (f *Front) Post(ctx context.Context, c Comment) (int, error) {
	f.Log.InfoContext(ctx, "a comment comes")
	return f.Save(ctx, c.Text)
}

// Store keeps comments.
type Store struct {
	_ service.Name `name:"store"`
	_ rpc.Method   `method:"Save" args:"text"`

	Write   rpc.Func[string, int]    `rpc:"ledger.write"`
	Written events.Publisher[string] `event:"written"`
	Print   rpc.Job[string, int]     `rpc:"printer.print"`
	Log     *slog.Logger
}

// Save writes, tells and prints a comment.
func (s *Store) Save(ctx context.Context, text string) (int, error) {
	s.Log.InfoContext(ctx, "a comment is kept")
	n, err := s.Write(ctx, text)
	if err != nil {
		return 0, err
	}
	if err := s.Written(ctx, text); err != nil {
		return 0, err
	}
	_, err = s.Print.Submit(ctx, text)
	return n, err
}

// Ledger writes.
type Ledger struct {
	_ service.Name   `name:"ledger"`
	_ rpc.Method     `method:"Write" args:"text"`
	_ events.Handler `method:"OnWritten" source:"store" event:"written"`
}

// Write returns how long a text is.
func (*Ledger) Write(text string) int { return len(text) }

// OnWritten does nothing.
func (*Ledger) OnWritten(string) {}

// Printer prints.
type Printer struct {
	_ service.Name `name:"printer"`
	_ rpc.Method   `method:"Print" args:"text" delivery:"durable"`
}

// Print returns how many pages it took.
func (*Printer) Print(string) int { return 1 }

func newsroom() []any { return []any{&Front{}, &Store{}, &Ledger{}, &Printer{}} }

// errShut is declared; errOdd is not.
var (
	errShut = fault.Declare("ward.shut", fault.Conflict, "shut")
	errAway = fault.Declare("ward.away", fault.Unavailable, "away")
)

// Ward fails in every way.
type Ward struct {
	_ service.Name `name:"ward"`
	_ rpc.Method   `method:"Fail" args:"how"`
	_ web.Route    `method:"Ask" route:"GET /wards/{how}"`
	_ web.Route    `method:"Raw" route:"GET /raw"`
}

// Fail fails.
func (*Ward) Fail(_ context.Context, how string) (string, error) {
	switch kind, with, _ := strings.Cut(how, " "); kind {
	case "shut":
		return "", errShut.Explain("shut: %s", with).Because(errors.New(with))
	case "away":
		return "", fmt.Errorf("look: %w", errAway)
	case "odd":
		return "", fmt.Errorf("odd: %w", errors.New(with))
	case "panic":
		panic(with)
	default:
		return with, nil
	}
}

// Ask is Fail over HTTP.
func (w *Ward) Ask(ctx context.Context, how string) (string, error) { return w.Fail(ctx, how) }

// Raw writes an answer by itself.
func (*Ward) Raw(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }

// Nurse asks the ward.
type Nurse struct {
	_ service.Name `name:"nurse"`
	_ rpc.Method   `method:"Look" args:"how"`

	Fail rpc.Func[string, string] `rpc:"ward.fail"`
}

// Look is Fail of the ward.
func (n *Nurse) Look(ctx context.Context, how string) (string, error) { return n.Fail(ctx, how) }

// recorder takes spans as soon as they end.
type recorder struct {
	t *testing.T
	*tracetest.InMemoryExporter

	provider *sdktrace.TracerProvider
}

// record returns a provider whose spans are seen at once, and the option that uses it.
func record(t *testing.T, options ...sdktrace.TracerProviderOption) (*recorder, []service.Option) {
	t.Helper()
	r := &recorder{t: t, InMemoryExporter: tracetest.NewInMemoryExporter()}
	r.provider = sdktrace.NewTracerProvider(append(options, sdktrace.WithSyncer(r))...)
	return r, telemetry.Options(telemetry.WithTracerProvider(r.provider))
}

// wait returns the spans once there are so many.
func (r *recorder) wait(n int) tracetest.SpanStubs {
	r.t.Helper()
	await.Until(r.t, fmt.Sprintf("there are %d spans", n), func() bool { return len(r.GetSpans()) >= n })
	return r.GetSpans()
}

// one returns the span of a name, which there is one of.
func (r *recorder) one(name string) tracetest.SpanStub {
	r.t.Helper()
	var found []tracetest.SpanStub
	await.Until(r.t, "there is a span "+name, func() bool {
		found = slices.DeleteFunc(slices.Clone(r.GetSpans()), func(s tracetest.SpanStub) bool { return s.Name != name })
		return len(found) > 0
	})
	if len(found) != 1 {
		r.t.Fatalf("have %d spans %s, want 1", len(found), name)
	}
	return found[0]
}

// tree draws spans: each below its parent, indented, with its kind; those without one
// below the id of the parent elsewhere, "root" for none.
func tree(spans tracetest.SpanStubs) string {
	var b strings.Builder
	known := make(map[trace.SpanID]bool)
	for _, s := range spans {
		known[s.SpanContext.SpanID()] = true
	}
	slices.SortFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	var draw func(parent trace.SpanID, indent string)
	draw = func(parent trace.SpanID, indent string) {
		for _, s := range spans {
			if s.Parent.SpanID() == parent {
				fmt.Fprintf(&b, "%s%s %s\n", indent, s.Name, s.SpanKind)
				draw(s.SpanContext.SpanID(), indent+"  ")
			}
		}
	}
	var above []trace.SpanID
	for _, s := range spans {
		if id := s.Parent.SpanID(); !known[id] && !slices.Contains(above, id) {
			above = append(above, id)
			title := "root"
			if id.IsValid() {
				title = id.String()
			}
			b.WriteString(title + "\n")
			draw(id, "  ")
		}
	}
	return b.String()
}

// attributes returns those of a span as text, by their keys.
func attributes(s tracetest.SpanStub) map[string]string {
	all := make(map[string]string)
	for _, a := range s.Attributes {
		all[string(a.Key)] = a.Value.String()
	}
	return all
}

// fetch returns the status and the body of an answer.
func fetch(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: await.Patience}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// request makes a request; fields are headers, each "name: value".
func request(t *testing.T, method, url, body string, fields ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Set(name, value)
	}
	return r
}

func wantLines(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line) {
			t.Errorf("have no line that begins with %q in\n%s", line, text)
		}
	}
}
