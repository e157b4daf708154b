package graph_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/census"
	"github.com/enoki-go/enoki/cmd/svc/internal/graph"
	"github.com/enoki-go/enoki/service"
)

func mustDraw(m service.Manifest) graph.Graph {
	g, _ := graph.Of(graph.Declared(m), "in these targets")
	return g
}

// arrows returns the edges of a graph as lines.
func arrows(g graph.Graph) (lines []string) {
	for _, e := range g.Edges {
		l := e.From + " " + e.To
		if e.Label != "" {
			l += " " + e.Label
		}
		if e.Missing {
			l += " (missing)"
		}
		if e.Traffic != nil {
			l += " " + e.Traffic.String()
		}
		lines = append(lines, l)
	}
	slices.Sort(lines)
	return lines
}

func TestGraphHasWhatServicesDeclare(t *testing.T) {
	t.Parallel()
	g, problems := graph.Of(graph.Declared(shop()), "in these targets")
	want := []string{
		"event:orders.cancelled service:mailer on_any",
		"event:orders.placed service:mailer on_any",
		"event:orders.placed service:mailer on_placed",
		"event:payments.retry service:payments on_retry",
		"event:payments.settled service:orders on_settled",
		"http:HTTP service:orders /orders/live",
		"http:HTTP service:orders 2 routes",
		"service:clerk any:any service",
		"service:clerk resource:sqs letters",
		"service:orders event:orders.cancelled",
		"service:orders event:orders.placed",
		"service:orders lock:orders-expire",
		"service:orders service:payments charge",
		"service:orders service:payments refund",
		"service:orders service:stock left",
		"service:orders service:stock reserve",
		"service:orders sql:orders",
		"service:payments api:api.bank.example bank",
		"service:payments event:payments.retry",
		"service:payments event:payments.settled",
		"service:payments service:orders list",
		"service:stock redis:stock",
		"subject:mail.* service:mailer work",
		"timer:schedule service:clerk nightly 0 3 * * *",
	}
	if diff := cmp.Diff(want, arrows(g)); diff != "" {
		t.Errorf("(-want +have):\n%s", diff)
	}
	if len(problems) > 0 {
		t.Errorf("have problems %q, want none", problems)
	}
	i := slices.IndexFunc(g.Nodes, func(n graph.Node) bool { return n.ID == "service:orders" })
	if have := strings.Join(g.Nodes[i].Details, "|"); have != "event 1 · http 2 · rpc 2|socket 1 · timer 1" {
		t.Errorf("have details %q", have)
	}
}

func TestWhatNobodyHasIsMissingAndTold(t *testing.T) {
	t.Parallel()
	g, problems := graph.Of(graph.Declared(service.Manifest{Services: []service.Declared{
		declared("orders", [][3]string{{"event", "on_settled", "payments setled"}, {"event", "on_rain", "weather rain"}},
			[2]string{"rpc", "payment.charge"}, [2]string{"rpc", "payments.chrage"}, [2]string{"rpc", "weather.zzz"}, [2]string{"rpc", "mute.speak"}),
		declared("payments", [][3]string{{"rpc", "charge", ""}, {"rpc", "refund", ""}}, [2]string{"event", "payments.settled"}),
		declared("mute", [][3]string{{"timer", "tick", "every 1s"}}),
	}}), "in these targets")
	want := []string{
		`orders calls payment.charge, which no service in these targets has; did you mean "payments"?`,
		`orders calls payments.chrage, which the service payments in these targets does not have; did you mean "charge"?`,
		`orders calls weather.zzz, which no service in these targets has`,
		`orders calls mute.speak, which the service mute in these targets does not have; it has no methods for rpc`,
		`orders handles payments.setled, which no service in these targets emits; did you mean "payments.settled"?`,
		`orders handles weather.rain, which no service in these targets emits`,
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("(-want +have):\n%s", diff)
	}
	var missing []string
	for _, n := range g.Nodes {
		if n.Missing {
			missing = append(missing, n.ID)
		}
	}
	if diff := cmp.Diff([]string{"event:payments.setled", "event:weather.rain", "service:payment", "service:weather"}, missing); diff != "" {
		t.Errorf("missing nodes (-want +have):\n%s", diff)
	}
	for _, l := range []string{"service:orders service:payments chrage (missing)", "service:weather event:weather.rain (missing)"} {
		if !slices.Contains(arrows(g), l) {
			t.Errorf("have no edge %q in %q", l, arrows(g))
		}
	}
}

// instance is what one instance says.
func instance(name, id string, entrypoints []broker.EntrypointStats, targets ...broker.TargetStats) broker.Stats {
	return broker.Stats{Identity: broker.Identity{Name: name, ID: id}, Entrypoints: entrypoints, Targets: targets}
}

// running is two instances of orders that call payments, after so many seconds.
func running(n int64) census.Census {
	emits := broker.TargetStats{Kind: "event", Target: "orders.placed", Requests: n}
	create := []broker.EntrypointStats{{Kind: "rpc", Name: "create", Address: "svc.rpc.orders.create", Requests: 2 * n}}
	return census.Census{Taken: time.Unix(n, 0), Instances: []broker.Stats{
		instance("orders", "a", create, emits, broker.TargetStats{Kind: "rpc", Target: "payments.charge", Requests: 10 * n, Errors: n / 2}),
		instance("orders", "b", create, emits, broker.TargetStats{Kind: "rpc", Target: "payments.charge", Requests: 20 * n}),
		instance("payments", "c", []broker.EntrypointStats{{Kind: "rpc", Name: "charge"}, {Kind: "event", Name: "on_placed", Address: "svc.evt.orders.*.placed", Requests: 2 * n, Errors: 2 * n}},
			broker.TargetStats{Kind: "http", Target: "GET api.example.com"}, broker.TargetStats{Kind: "http", Target: "POST api.example.com"}, broker.TargetStats{Kind: "job", Target: "orders.create"}),
		{Identity: broker.Identity{Name: "foreign", ID: "d"}, Endpoints: []broker.EndpointStats{{Name: "get", Subject: "foreign.get", NumRequests: 4 * n}}},
	}}
}

func TestLiveGraphHasTheRatesOfAllInstances(t *testing.T) {
	t.Parallel()
	g, problems := graph.Of(graph.Live(running(10), running(14), "svc"), "that runs")
	want := []string{
		"event:orders.placed service:payments on_placed 2/s, 2/s errors",
		"service:orders event:orders.placed 2/s",
		"service:orders service:payments charge 30/s, 0.5/s errors",
		"service:payments api:api.example.com GET, POST 0/s",
		"service:payments service:orders create (job) 0/s",
		"subject:foreign.get service:foreign get 4/s",
	}
	if diff := cmp.Diff(want, arrows(g)); diff != "" {
		t.Errorf("(-want +have):\n%s", diff)
	}
	if len(problems) > 0 {
		t.Errorf("have problems %q, want none", problems)
	}
	for _, n := range g.Nodes {
		if failing := n.ID == "service:payments"; n.Failing != failing {
			t.Errorf("%s: have failing %v, want %v", n.ID, n.Failing, failing)
		}
		if n.ID == "service:orders" && !slices.Contains(n.Details, "2 instances") {
			t.Errorf("have %q, want 2 instances", n.Details)
		}
	}
}

func TestInstanceThatIsNewCountsFromZero(t *testing.T) {
	t.Parallel()
	before := running(0)
	before.Instances = nil
	g, _ := graph.Of(graph.Live(before, running(2), "svc"), "that runs")
	if have := arrows(g); !slices.Contains(have, "service:orders service:payments charge 30/s, 0.5/s errors") {
		t.Errorf("have %q", have)
	}
}

func TestDeclaredAndLiveAreOneGraph(t *testing.T) {
	t.Parallel()
	g, _ := graph.Of(graph.Merge(graph.Declared(service.Manifest{Services: []service.Declared{
		declared("orders", [][3]string{{"rpc", "create", "svc.rpc.orders.create"}}, [2]string{"rpc", "payments.charge"}, [2]string{"event", "orders.placed"}, [2]string{"sql", "orders"}),
		declared("payments", [][3]string{{"rpc", "charge", ""}, {"event", "on_placed", "orders placed"}}),
	}}), graph.Live(running(10), running(14), "svc")), "there")
	have := strings.Join(arrows(g), "\n")
	for want, count := range map[string]int{"service:payments charge 30/s": 1, "service:payments charge": 1, "service:orders sql:orders": 1, "event:orders.placed service:payments on_placed 2/s": 1, "on_placed": 1} {
		if strings.Count(have, want) != count {
			t.Errorf("have\n%s\nwant %q once", have, want)
		}
	}
}

func TestFormatIsThatOfTheFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file string
		want       graph.Format
		wrong      string
	}{
		{"", "", graph.AsMermaid, ""},
		{"", "a.svg", graph.AsSVG, ""},
		{"", "x/a.gv", graph.AsDOT, ""},
		{"dot", "a.txt", graph.AsDOT, ""},
		{"svg", "", graph.AsSVG, ""},
		{"svgg", "", "", `have "svgg", want mermaid, dot or svg; did you mean "svg"?`},
		{"", "a.png", "", `have "a.png", want a file that ends in .mmd, .mermaid, .dot, .gv, .svg, or --format`},
	} {
		have, err := graph.FormatOf(tt.name, tt.file)
		if have != tt.want || (err != nil) != (tt.wrong != "") || err != nil && !strings.Contains(err.Error(), tt.wrong) {
			t.Errorf("FormatOf(%q, %q) = %q, %v, want %q %s", tt.name, tt.file, have, err, tt.want, tt.wrong)
		}
	}
}
