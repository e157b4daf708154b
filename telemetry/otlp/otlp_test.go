package otlp_test

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/telemetry"
	"github.com/enoki-go/enoki/telemetry/otlp"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Greeter greets.
type Greeter struct {
	_ rpc.Method `method:"Greet" args:"name"`
}

// Greet greets name.
func (*Greeter) Greet(name string) string { return "Hello, " + name }

// gathered is what a collector got: spans as "service span", and requests.
type gathered struct {
	mu       sync.Mutex
	spans    []string
	requests []*http.Request
}

// gather is a collector that speaks OTLP over HTTP.
func gather(t *testing.T) (*gathered, string) {
	t.Helper()
	g := new(gathered)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		g.take(t, r, body)
	}))
	t.Cleanup(s.Close)
	return g, s.URL
}

func (g *gathered) take(t *testing.T, r *http.Request, body []byte) {
	t.Helper()
	var m collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &m); err != nil {
		t.Error(err)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests = append(g.requests, r)
	for _, of := range m.GetResourceSpans() {
		name := ""
		for _, a := range of.GetResource().GetAttributes() {
			if a.GetKey() == "service.name" {
				name = a.GetValue().GetStringValue()
			}
		}
		for _, scope := range of.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				g.spans = append(g.spans, name+" "+span.GetName())
			}
		}
	}
}

func TestSpansReachTheCollectorOfTheEnvironment(t *testing.T) {
	g, url := gather(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc")
	w := svctest.New(t, &Greeter{}, telemetry.Options(otlp.Exporter()), telemetry.Options(otlp.Exporter()))
	svctest.Call[string](w, "greeter.greet", "Ann")
	w.Stop()
	if want := []string{"greeter greeter.greet"}; !slices.Equal(g.spans, want) {
		t.Fatalf("have the spans %q, want %q", g.spans, want)
	}
	if r := g.requests[0]; r.URL.Path != "/v1/traces" || r.Header.Get("X-Key") != "abc" {
		t.Errorf("have a request of %s with %v", r.URL, r.Header)
	}
}

func TestNameOfTheEnvironmentIsThatOfAllServices(t *testing.T) {
	g, url := gather(t)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url+"/here")
	t.Setenv("OTEL_SERVICE_NAME", "desk")
	w := svctest.New(t, &Greeter{}, telemetry.Options(otlp.Exporter()))
	svctest.Call[string](w, "greeter.greet", "Ann")
	w.Stop()
	if want := []string{"desk greeter.greet"}; !slices.Equal(g.spans, want) || g.requests[0].URL.Path != "/here" {
		t.Errorf("have the spans %q at %s, want %q at /here", g.spans, g.requests[0].URL, want)
	}
}

func TestWithoutACollectorNothingIsSent(t *testing.T) {
	for _, set := range []string{"OTEL_EXPORTER_OTLP_TIMEOUT=1", "OTEL_SDK_DISABLED=true"} {
		g, url := gather(t)
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
		if strings.HasPrefix(set, "OTEL_SDK") {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
		}
		name, value, _ := strings.Cut(set, "=")
		t.Setenv(name, value)
		w := svctest.New(t, &Greeter{}, telemetry.Options(otlp.Exporter()))
		svctest.Call[string](w, "greeter.greet", "Ann")
		w.Stop()
		if len(g.requests) > 0 || !strings.Contains(w.Log(), "no spans are exported") {
			t.Errorf("%s: have %d requests and the log\n%s", set, len(g.requests), w.Log())
		}
	}
}

// A black hole takes connections and says nothing.
func TestCollectorThatIsABlackHoleHoldsNobodyUp(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"+l.Addr().String())
	w := svctest.New(t, &Greeter{}, telemetry.Options(otlp.Exporter()))
	svctest.Call[string](w, "greeter.greet", "Ann")
	began := time.Now()
	w.Stop()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the stop took %v, want about two seconds", took)
	}
	if !strings.Contains(w.Log(), "the last spans were not exported in time") {
		t.Errorf("the log does not say that spans are lost:\n%s", w.Log())
	}
}

func TestCollectorThatIsAwayCostsALine(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://ann:secret@127.0.0.1:1")
	w := svctest.New(t, &Greeter{}, telemetry.Options(otlp.Exporter()))
	svctest.Call[string](w, "greeter.greet", "Ann")
	w.Stop()
	if log := w.Log(); strings.Count(log, "spans cannot be exported") != 1 || strings.Contains(log, "secret") {
		t.Errorf("want one line that says so, without a password:\n%s", log)
	}
}

func TestMistakesInTheEnvironmentAreFoundBeforeTheStart(t *testing.T) {
	for set, want := range map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=collector:4318": "OTEL_EXPORTER_OTLP_ENDPOINT: want the URL",
		"OTEL_EXPORTER_OTLP_PROTOCOL=grpc":           `OTEL_EXPORTER_OTLP_PROTOCOL: have "grpc", want http/protobuf`,
	} {
		t.Run(set, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
			name, value, _ := strings.Cut(set, "=")
			t.Setenv(name, value)
			_, err := service.New(config.Empty(), append(telemetry.Options(otlp.Exporter()), service.With(&Greeter{}))...)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("have %v, want an error with %q", err, want)
			}
		})
	}
}

func TestProgramSendsItsSpansToo(t *testing.T) {
	g, url := gather(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
	p, err := otlp.Provider(t.Context(), "importer")
	if err != nil {
		t.Fatal(err)
	}
	w := svctest.New(t, &Greeter{})
	s, err := rpc.Dial(w.Broker().URL(), rpc.WithTracer(telemetry.Tracer(p)), rpc.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Proxy("greeter").Call(t.Context(), "greet", "Ann"); err != nil {
		t.Fatal(err)
	}
	if err := p.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"importer greeter.greet"}; !slices.Equal(g.spans, want) {
		t.Errorf("have the spans %q, want %q", g.spans, want)
	}
}
