package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/telemetry"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// scrape returns the metrics at a URL.
func scrape(t *testing.T, url string) string {
	t.Helper()
	status, body := fetch(t, request(t, "GET", url+"/metrics", ""))
	if status != http.StatusOK {
		t.Fatalf("have %d: %s", status, body)
	}
	return body
}

func TestMetricsAreAtTheServerOfTheProcess(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, append(newsroom(), &Ward{}, telemetry.Options())...)
	handled := w.Expect("ledger", "OnWritten")
	fetch(t, request(t, "POST", w.URL()+"/articles/7/comments", `{"text":"good"}`))
	handled.Wait()
	for _, how := range []string{"shut", "away", "odd", "panic"} {
		fail(t, w, how)
	}
	wantLines(t, scrape(t, w.URL()),
		`svc_call_duration_seconds_count{code="ok",kind="http",method="post",service="front"} 1`,
		`svc_call_duration_seconds_bucket{code="ok",kind="rpc",method="save",service="store",le="+Inf"} 1`,
		`svc_call_duration_seconds_count{code="ok",kind="rpc",method="write",service="ledger"} 1`,
		`svc_call_duration_seconds_count{code="ok",kind="event",method="on_written",service="ledger"} 1`,
		`svc_call_duration_seconds_count{code="conflict",kind="rpc",method="fail",service="ward"} 1`,
		`svc_call_duration_seconds_count{code="unavailable",kind="rpc",method="fail",service="ward"} 1`,
		`svc_call_duration_seconds_count{code="internal",kind="rpc",method="fail",service="ward"} 2`,
		`svc_outgoing_duration_seconds_count{code="ok",kind="rpc",target="store.save"} 1`,
		`svc_outgoing_duration_seconds_count{code="ok",kind="event",target="store.written"} 1`,
		`svc_outgoing_duration_seconds_count{code="ok",kind="job",target="printer.print"} 1`,
		`svc_workers{service="front"} 10`, `svc_workers_busy{service="front"} 0`, `svc_calls_waiting{service="front"} 0`,
		`svc_events_dead_total{service="ledger"} 0`, `svc_broker_connected 1`, `go_goroutines `, `process_cpu_seconds_total `,
		`# TYPE svc_events_dead_total counter`, `# TYPE svc_workers gauge`, `# TYPE svc_call_duration_seconds histogram`,
	)
	if _, document := fetch(t, request(t, "GET", w.URL()+"/openapi.json", "")); strings.Contains(document, "/metrics") {
		t.Error("the metrics are in the OpenAPI document")
	}
}

// Undertaker buries every event.
type Undertaker struct {
	_ service.Name   `name:"undertaker"`
	_ events.Handler `method:"On" source:"store" event:"written" attempts:"1"`
	_ web.Auth       `method:"Who"`
	_ web.Route      `method:"Look" route:"GET /look"`
}

// On fails.
func (*Undertaker) On(string) error { return errAway }

// Look sees nothing.
func (*Undertaker) Look() {}

// Who knows nobody.
func (*Undertaker) Who(*http.Request) (web.Data, error) { return nil, errShut }

func TestDeadLettersAreCountedAndNobodyIsAskedWhoTheyAre(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Undertaker{}, telemetry.Options())
	w.Emit("store.written", "x")
	await.Until(t, "the dead letter is counted", func() bool {
		return strings.Contains(scrape(t, w.URL()), `svc_events_dead_total{service="undertaker"} 1`)
	})
	if status, _ := fetch(t, request(t, "GET", w.URL()+"/look", "")); status != http.StatusConflict {
		t.Errorf("have %d of the route, want that of the Auth of the service", status)
	}
}

// Own has a route /metrics.
type Own struct {
	_ web.Route `method:"Metrics" route:"/metrics"`
}

// Metrics counts nothing.
func (*Own) Metrics() string { return "mine" }

func TestRouteOfAServiceWins(t *testing.T) {
	t.Parallel()
	for _, own := range []any{&Own{}, &OwnGet{}} {
		w := svctest.New(t, own, telemetry.Options())
		if have := scrape(t, w.URL()); have != "mine" {
			t.Errorf("%T: have %s, want what the service says", own, have)
		}
		if !strings.Contains(w.Log(), "a service has a route of its own there") {
			t.Errorf("%T: have no word of it in the log", own)
		}
	}
}

// OwnGet has one for GET only.
type OwnGet struct {
	_ web.Route `method:"Metrics" route:"GET /metrics"`
}

// Metrics counts nothing.
func (*OwnGet) Metrics() string { return "mine" }

// address returns where a world serves its metrics, by its log.
func address(t *testing.T, w *svctest.World) string {
	t.Helper()
	found := regexp.MustCompile(`metrics are served" url=(http://[^/]+)/metrics`).FindStringSubmatch(w.Log())
	if found == nil {
		t.Fatal("the log does not say where the metrics are")
	}
	return found[1]
}

func TestMetricsHaveAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, services := range [][]any{{&Ledger{}}, {&Ledger{}, &Ward{}}} {
		w := svctest.New(t, append(services, telemetry.Options(), svctest.Config(`telemetry: {metrics: {address: "127.0.0.1:0"}}`))...)
		wantLines(t, scrape(t, address(t, w)), `svc_workers{service="ledger"} 10`)
		if len(services) == 1 {
			continue
		}
		if status, _ := fetch(t, request(t, "GET", w.URL()+"/metrics", "")); status != http.StatusNotFound {
			t.Errorf("have %d at the HTTP server, want the metrics at their own address only", status)
		}
	}
}

func TestProcessWithoutHTTPSaysHowToSeeItsMetrics(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Ledger{}, telemetry.Options())
	if n := strings.Count(w.Log(), "telemetry.metrics.address gives them an address"); n != 1 {
		t.Errorf("have %d lines that say how, want 1:\n%s", n, w.Log())
	}
}

func TestOptionsOfSeveralPackagesAreThereOnce(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, append(newsroom(), telemetry.Options(), options, telemetry.Options())...)
	fetch(t, request(t, "POST", w.URL()+"/articles/7/comments", `{"text":"good"}`))
	spans.wait(9)
	w.Stop()
	if have := len(spans.GetSpans()); have != 9 {
		t.Errorf("have %d spans, want each once, 9", have)
	}
}

func TestCallIsCountedOnceWhereOptionsAreGivenTwice(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Ward{}, telemetry.Options(), telemetry.Options())
	svctest.Call[string](w, "ward.fail", "fine")
	wantLines(t, scrape(t, w.URL()), `svc_call_duration_seconds_count{code="ok",kind="rpc",method="fail",service="ward"} 1`)
}

func TestCollectorsOfTheUserAreServed(t *testing.T) {
	t.Parallel()
	sold := prometheus.NewCounter(prometheus.CounterOpts{Name: "shop_sold_total", Help: "What was sold."})
	sold.Add(3)
	options := telemetry.Options(telemetry.WithCollectors(sold))
	w := svctest.New(t, &Ward{}, options, telemetry.Options(telemetry.WithCollectors(sold)))
	wantLines(t, scrape(t, w.URL()), "shop_sold_total 3")
}

// odd is a value that says something of itself that Prometheus refuses, and something it
// does not.
type odd struct{}

func (odd) Measure(record func(dependency.Measurement)) {
	record(dependency.Measurement{Help: "No name."})
	record(dependency.Measurement{Name: "svc_even", Help: "A name.", Value: 2, Labels: []dependency.Label{{Name: "of", Value: "x"}}})
	record(dependency.Measurement{Name: "svc_even", Help: "A name.", Value: 3, Labels: []dependency.Label{{Name: "of", Value: "x"}}})
}

func TestMeasurementThatCannotBeReadDoesNotHideTheOthers(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Ward{}, telemetry.Options(), service.Extend("test", func(x service.Extended) error {
		_, err := x.Shared("odd", func() (any, error) { return odd{}, nil })
		return err
	}))
	wantLines(t, scrape(t, w.URL()), `svc_even{of="x"} 2`, `svc_workers{service="ward"} 10`)
	for _, want := range []string{"is not a valid metric name", "svc_even"} {
		if !strings.Contains(w.Log(), want) {
			t.Errorf("the log does not say what cannot be read, want %q:\n%s", want, w.Log())
		}
	}
}

// Crowd calls whom it is told to.
type Crowd struct {
	_ service.Name `name:"crowd"`
	_ rpc.Method   `method:"Call" args:"target"`

	Any rpc.Proxy
}

// Call calls a method.
func (c *Crowd) Call(ctx context.Context, target string) error {
	_, err := c.Any.Call(ctx, target, "fine")
	return err
}

func TestTargetsWithoutEndHaveNoSeriesWithoutEnd(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Crowd{}, &Ward{}, telemetry.Options())
	for i := range 400 {
		if _, err := w.Hook(await.Within(t), "crowd", "Call", fmt.Sprintf("ward.none%d", i)); err == nil {
			t.Fatal("have no error")
		}
	}
	if _, err := w.Hook(await.Within(t), "crowd", "Call", "ward.fail"); err != nil {
		t.Fatal(err)
	}
	text := scrape(t, w.URL())
	wantLines(t, text, `svc_outgoing_duration_seconds_count{code="not_found",kind="rpc",target="other"} 336`,
		`svc_outgoing_duration_seconds_count{code="ok",kind="rpc",target="ward.fail"} 1`)
	if have := strings.Count(text, "svc_outgoing_duration_seconds_count"); have != 64+2 {
		t.Errorf("have %d series, want 64 of targets that never answered, one for the others, and that which did", have)
	}
}

// Plain uses nothing.
type Plain struct {
	_ nothing `method:"Do"`
}

// Do does nothing.
func (*Plain) Do() {}

// nothing is an entrypoint that nothing reaches.
type nothing struct{}

func (nothing) Declare(reflect.StructTag, *entrypoint.Method, entrypoint.Host) (entrypoint.Entrypoint, error) {
	return nothing{}, nil
}
func (nothing) Start(context.Context) error { return nil }
func (nothing) Stop(context.Context) error  { return nil }

func noExporter() (sdktrace.SpanExporter, error) { return nil, errors.New("no collector") }

func TestMistakesAreFoundBeforeTheStart(t *testing.T) {
	t.Parallel()
	one, two := prometheus.CounterOpts{Name: "x_total", Help: "X."}, prometheus.CounterOpts{Name: "x_total", Help: "Y."}
	_, both := record(t)
	for _, tt := range []struct {
		config  string
		options []service.Option
		want    []string
	}{
		{"telemetry: {traces: {ratio: 2}, metrics: {address: here}}", telemetry.Options(), []string{"telemetry.traces.ratio: have 2, want 0", `telemetry.metrics.address: have "here"`}},
		{"telemetry: {ratio: 1}", telemetry.Options(), []string{"ratio"}},
		{"", telemetry.Options(telemetry.WithCollectors(prometheus.NewCounter(one), prometheus.NewCounter(two))), []string{"telemetry.WithCollectors", "x_total"}},
		{"", append(both, telemetry.Options(newSink().option())...), []string{"have a tracer provider and an exporter"}},
		{"", telemetry.Options(telemetry.WithExporter("x", noExporter)), []string{"no collector"}},
	} {
		cfg, err := config.Load(config.Text("test", tt.config))
		if err != nil {
			t.Fatal(err)
		}
		_, err = service.New(cfg, append(tt.options, service.With(&Plain{}))...)
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: have %v, want an error with %q", tt.config, err, want)
			}
		}
	}
}
