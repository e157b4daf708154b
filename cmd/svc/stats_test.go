package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
)

// Till has calls that succeed, fail and take their time.
type Till struct {
	_ rpc.Method     `method:"Pay"`
	_ rpc.Method     `method:"Refuse"`
	_ rpc.Method     `method:"Hold"`
	_ events.Handler `method:"Paid" source:"bank" event:"paid" on_error:"drop"`

	Held chan struct{}
}

func (*Till) Pay() int      { return 1 }
func (*Till) Refuse() error { return fault.New(fault.Denied, "not today") }
func (t *Till) Hold()       { <-t.Held }
func (*Till) Paid() error   { return errors.New("no") }

// Clock receives nothing.
type Clock struct {
	_ timer.Job `method:"Tick" every:"1h"`
}

func (*Clock) Tick() {}

// statsOf returns what svc stats --json says.
func statsOf(t *testing.T, b *svctest.Broker, args ...string) []census.Service {
	t.Helper()
	code, stdout, stderr := svc(b, append([]string{"stats", "--json"}, args...)...)
	var rows []census.Service
	if err := json.Unmarshal([]byte(stdout), &rows); code != 0 || err != nil {
		t.Fatalf("have %d, %v\n%s%s", code, err, stdout, stderr)
	}
	return rows
}

func TestStatsTellHowEachMethodFares(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	w := svctest.New(t, &Till{Held: held}, &Clock{})
	b := w.Broker()
	t.Cleanup(sync.OnceFunc(func() { close(held) }))
	for range 3 {
		svctest.Call[int](w, "till.pay")
	}
	client, err := rpc.Dial(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	_, _ = client.Proxy("till").Call(t.Context(), "refuse")
	for range 12 {
		client.Proxy("till").Async(t.Context(), "hold")
	}
	await.Until(t, "all workers are busy", func() bool { return statsOf(t, b, "till")[0].Busy == 10 })
	rows := statsOf(t, b)
	if len(rows) != 2 || rows[0].Name != "clock" || rows[1].Name != "till" {
		t.Fatalf("have %+v, want clock and till", rows)
	}
	if c := rows[0]; c.Instances != 1 || c.Workers != 10 || len(c.Methods) != 0 {
		t.Errorf("have %+v, want a service that receives nothing from the broker", c)
	}
	till := rows[1]
	if till.Workers != 10 || till.Instances != 1 || till.Events == nil {
		t.Errorf("have %+v, want 10 workers of one instance that handles events", till)
	}
	for _, m := range till.Methods {
		want := census.Method{Name: m.Name, Subject: m.Subject, Instances: 1, AverageMS: m.AverageMS, LastError: m.LastError}
		switch m.Name {
		case "hold":
			continue // those that were refused count, too
		case "pay":
			want.Requests = 3
		case "refuse":
			want.Requests, want.Errors, want.LastError = 1, 1, "not today"
		}
		if diff := cmp.Diff(want, m, cmp.AllowUnexported(census.Method{})); diff != "" || (m.Requests > 0) != (m.AverageMS > 0) {
			t.Errorf("%s (-want +have):\n%s", m.Name, diff)
		}
	}
}

func TestStatsOfManyAreAddedUp(t *testing.T) {
	t.Parallel()
	endpoint := func(name string, requests, failures, took int64) broker.EndpointStats {
		return broker.EndpointStats{Name: name, Subject: "svc.rpc.a." + name, NumRequests: requests, NumErrors: failures, ProcessingTime: took, LastError: strings.Repeat("e", int(failures))}
	}
	instance := func(id string, busy float64, endpoints ...broker.EndpointStats) broker.Stats {
		return broker.Stats{
			Identity: broker.Identity{Name: "a", ID: id}, Endpoints: endpoints,
			Data: broker.Data{"svc_workers": 10, "svc_workers_busy": busy, "svc_calls_waiting": 1, "svc_events_failed_total": 4, "svc_events_dead_total": 2},
		}
	}
	foreign := broker.Stats{Identity: broker.Identity{Name: "b", ID: "1"}, Endpoints: []broker.EndpointStats{endpoint("z", 0, 0, 0)}}
	before := census.Census{Instances: []broker.Stats{instance("1", 9, endpoint("x", 10, 1, 10e6))}}
	now := census.Census{Instances: []broker.Stats{instance("1", 3, endpoint("x", 30, 2, 40e6), endpoint("y", 1, 0, 1e6)), instance("2", 0, endpoint("x", 2, 0, 2e6)), foreign}}
	before.Taken, now.Taken = now.Taken, now.Taken.Add(2e9)
	var out strings.Builder
	if err := printStats(&out, now.Totals(), false); err != nil {
		t.Fatal(err)
	}
	want := "SERVICE  METHOD  INSTANCES  REQUESTS  ERRORS  AVG      P50  P95  BUSY/WORKERS  WAITING  FAILED  DROPPED  DEAD\n" +
		"a        x       2          32        2       1.313ms  -    -    3/20          2        8       0        4\n" +
		"a        y       1          1         0       1ms      -    -\n" +
		"b        z       1          0         0       -        -    -    -             0        0       0        0\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +have):\n%s", diff)
	}
	out.Reset()
	if err := printStats(&out, now.Since(before), true); err != nil {
		t.Fatal(err)
	}
	want = "SERVICE  METHOD  INSTANCES  REQUESTS/S  ERRORS/S  AVG      P50  P95  BUSY/WORKERS  WAITING  FAILED  DROPPED  DEAD\n" +
		"a        x       2          11.0        0.5       1.455ms  -    -    3/20          2        2.0     0.0      1.0\n" +
		"a        y       1          0.5         0.0       1ms      -    -\n" +
		"b        z       1          0.0         0.0       -        -    -    -             0        0.0     0.0      0.0\n\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("rates (-want +have):\n%s", diff)
	}
}

func TestStatsAskOthersToo(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Rude{}).Broker()
	announce(t, b, "plain", "1.0.0", broker.Endpoint{Name: "do", Subject: "plain.do"})
	nc := plain.Conn(t, b.URL())
	const odd = `{"name":"odd","id":"1","version":"1.0.0","type":"io.nats.micro.v1.stats_response","data":["x"],` +
		`"endpoints":[{"name":"go","subject":"go","num_requests":7,"data":{"any":"thing"}},{"name":"x\ny","subject":"x"}]}`
	if _, err := nc.Subscribe("$SRV.STATS", func(m *nats.Msg) { _ = m.Respond([]byte(odd)) }); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	code, stdout, _ := svc(b, "stats")
	for _, want := range []string{"odd      go      1          7         0       0s   -    -    -             0\n", "plain    do      1          0 ", "rude     fail    1          0         0       -    -    -    0/10          0\nrude     refuse  1          0         0       -    -    -\n"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("have %d\n%s\nwant %s", code, stdout, want)
		}
	}
	if strings.Contains(stdout, "x\n") {
		t.Errorf("have a row that others made up:\n%s", stdout)
	}
}

func TestStatsAreOfOneNamespace(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Rude{}).Broker()
	code, _, stderr := svc(b, "stats", "--namespace", "other")
	if code != 3 || !strings.Contains(stderr, "no services are running") {
		t.Errorf("have %d, %s, want 3", code, stderr)
	}
	if code, stdout, _ := svc(b, "stats", "--json", "--namespace", "other"); code != 0 || stdout != "[]\n" {
		t.Errorf("have %d, %s, want an empty list", code, stdout)
	}
}

func TestStatsRefuseWhatIsTypedWrong(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	for want, args := range map[string][]string{
		"1 to 64 letters":                 {"stats", "a.b"},
		"want at least 100ms":             {"stats", "-w", "-i", "1ms"},
		"no second table without --watch": {"stats", "-i", "3s"},
		"did you mean --watch?":           {"stats", "--wach"},
	} {
		if code, _, stderr := svc(b, args...); code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%q: have %d, %s, want 2, %s", args, code, stderr, want)
		}
	}
}

func TestWatchPrintsWhatHappenedSince(t *testing.T) {
	t.Parallel()
	f := statsFlags{watch: true, json: true, interval: 1e6}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var requests int64
	take := func() (census.Census, error) {
		requests += 5
		if requests == 15 {
			cancel()
		}
		c := census.Census{Instances: []broker.Stats{{Identity: broker.Identity{Name: "a"}, Endpoints: []broker.EndpointStats{{Name: "x", NumRequests: requests}}}}}
		c.Taken = time.Unix(requests, 0)
		return c, nil
	}
	var out strings.Builder
	if err := f.follow(ctx, &out, census.Census{}, take); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); len(lines) != 2 {
		t.Errorf("have %q, want a line for each interval before ^C", lines)
	}
}

func TestServicesThatReceiveNothingAreListed(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Rude{}, &Clock{}).Broker()
	code, stdout, _ := svc(b, "ls")
	if !strings.Contains(stdout, "clock    0.0.0    1          -\n") {
		t.Errorf("have %d\n%s\nwant the service clock without methods", code, stdout)
	}
	if _, stdout, _ := svc(b, "ls", "--namespace", "other", "--json"); stdout != "[]\n" {
		t.Errorf("have %s, want none in another namespace", stdout)
	}
}

func TestServicesOfAProcessWithoutBrokerAreSilent(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	a, err := service.New(nil, service.Logger(slog.New(slog.DiscardHandler)), service.With(&Clock{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Stop(context.Background()) }()
	if _, stdout, _ := svc(b, "ls", "--json"); stdout != "[]\n" {
		t.Errorf("have %s, want none", stdout)
	}
}
