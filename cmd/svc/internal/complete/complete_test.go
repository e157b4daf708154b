package complete_test

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/complete"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// Shop has one of everything.
type Shop struct {
	_ rpc.Method     `method:"Buy" args:"item,count"`
	_ rpc.Method     `method:"Order"`
	_ rpc.Method     `method:"Sum"`
	_ rpc.Method     `method:"Close"`
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid"`
	_ events.Handler `method:"OnAny" source:"payments" event:"*"`
}

type order struct {
	Item  string   `json:"item"`
	Count *int     `json:"count"`
	Tags  []string `json:"tags"`
	Any   any      `json:"any"`
}

func (*Shop) Buy(string, int)   {}
func (*Shop) Order(order)       {}
func (*Shop) Sum(a, b int) int  { return a + b }
func (*Shop) Close()            {}
func (*Shop) OnPaid(events.Raw) {}
func (*Shop) OnAny(events.Raw)  {}

// dial returns a Directory over a connection of its own.
func dial(t *testing.T, b *svctest.Broker, namespace string) (*complete.Directory, *broker.Conn) {
	t.Helper()
	settings := broker.Defaults()
	settings.URL, settings.Namespace = b.URL(), namespace
	client, err := rpc.Dial("", rpc.WithConfig(settings), rpc.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Connection().Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	return complete.NewDirectory(client.Connection()), client.Connection()
}

// patience is how long a machine that is busy may take: then an answer comes after
// complete.Patience, and is there when the silence is forgotten.
const patience = 4 * complete.Freshness

func wantNames(t *testing.T, names func() []complete.Name, want ...complete.Name) {
	t.Helper()
	var have []complete.Name
	defer func() {
		if t.Failed() {
			t.Logf("have %+v\nwant %+v", have, want)
		}
	}()
	await.Until(t, "the names are there", func() bool {
		have = names()
		return slices.Equal(have, want)
	}, patience)
}

// params is Directory.Params, to be asked again.
func params(d *complete.Directory, target string, given ...string) func() []complete.Name {
	return func() []complete.Name { return d.Params(target, given) }
}

func TestNamesSayWhatIsRunning(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Shop{}).Broker()
	svctest.New(t, &Shop{}, b)
	d, _ := dial(t, b, "svc")
	wantNames(t, d.ServiceNames, complete.Name{"shop", "2 instances, version 0.0.0"})
	wantNames(t, d.Targets,
		complete.Name{"shop.buy", "(item string, count integer)"},
		complete.Name{"shop.close", "()"},
		complete.Name{"shop.order", "(any, count integer, item string, tags array)"},
		complete.Name{"shop.sum", "(…)"},
	)
	wantNames(t, params(d, "shop.buy", "item"), complete.Name{"count=", "integer"})
	wantNames(t, params(d, "shop.nothing"))
	wantNames(t, params(d, "nobody"))
	wantNames(t, d.Handlers, complete.Name{"shop.on_any", "handles payments.*"}, complete.Name{"shop.on_paid", "handles payments.paid"})
	wantNames(t, d.Events, complete.Name{"payments.paid", "handled by shop.on_paid"})
}

func TestServicesOfAnotherNamespaceAreNotOffered(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Shop{}).Broker()
	d, _ := dial(t, b, "other")
	wantNames(t, d.ServiceNames)
}

func TestBeginsSortsAndKeepsWhatFits(t *testing.T) {
	t.Parallel()
	have := complete.Begins("b", []complete.Name{{"bb", ""}, {"a", ""}, {"ba", "1"}, {"ba", "2"}})
	if texts := complete.Texts(have); !slices.Equal(texts, []string{"ba", "bb"}) || have[0].About != "1" {
		t.Errorf("have %v, want ba and bb", have)
	}
}

// Whoever is on the bus answers what he likes, and a terminal shows it.
func TestNamesOfTheHostileAreNotOffered(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	d, conn := dial(t, b, "svc")
	nc, err := nats.Connect(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	evil := func(name string, endpoints ...broker.Endpoint) {
		text, err := json.Marshal(broker.Info{Identity: broker.Identity{Name: name, ID: "x", Version: "1.0.0"}, Endpoints: endpoints})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := nc.Subscribe("$SRV.INFO", func(m *nats.Msg) { _ = m.Respond(text) }); err != nil {
			t.Fatal(err)
		}
	}
	evil("\x1b[2J")
	evil("evil",
		broker.Endpoint{Name: "ok", Subject: "svc.rpc.evil.ok", Metadata: map[string]string{
			"params": `["\u001b[2J", "a b", "fine"]`, "input": `{"properties": {"fine": {"type": "\u001b"}, "x": true}}`,
		}},
		broker.Endpoint{Name: "no\x1b", Subject: "svc.rpc.evil.no"},
		broker.Endpoint{Name: "on", Subject: "svc.evt.\x1b.0.paid"},
	)
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantNames(t, d.ServiceNames, complete.Name{"evil", "1 instance, version 1.0.0"})
	wantNames(t, d.Targets, complete.Name{"evil.ok", "(fine)"})
	wantNames(t, d.Handlers)
}

func TestNobodyWaitsForABrokerThatIsAway(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Shop{}).Broker()
	d, conn := dial(t, b, "svc")
	wantNames(t, d.ServiceNames, complete.Name{Text: "shop", About: "1 instance, version 0.0.0"})
	b.Stop()
	await.Until(t, "the broker is away", func() bool { return !conn.Connected() })
	began := time.Now()
	wantNames(t, d.ServiceNames, complete.Name{"shop", "1 instance, version 0.0.0"})
	if took := time.Since(began); took > complete.Patience {
		t.Errorf("have %v, want at most %v", took, complete.Patience)
	}
}

// A responder that answers late is not waited for, and what was heard stays.
func TestSilenceEndsWithPatience(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	d, _ := dial(t, b, "svc")
	nc, err := nats.Connect(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if _, err := nc.Subscribe("$SRV.>", func(*nats.Msg) {}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	wantNames(t, d.ServiceNames)
	if took := time.Since(began); took < complete.Patience || took > 10*complete.Patience {
		t.Errorf("have %v, want about %v", took, complete.Patience)
	}
	began = time.Now()
	wantNames(t, d.ServiceNames)
	if took := time.Since(began); took > complete.Patience {
		t.Errorf("have %v, want no wait: it was silent a moment ago", took)
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	t.Parallel()
	b := svctest.New(t, &Shop{}).Broker()
	d, _ := dial(t, b, "svc")
	done := make(chan string, 8)
	for range cap(done) {
		go func() {
			if _, err := d.Ask(t.Context()); err != nil {
				done <- err.Error()
				return
			}
			done <- strings.Join(complete.Texts(d.ServiceNames()), " ")
		}()
	}
	for range cap(done) {
		if have := await.Take(t, done); have != "shop" {
			t.Errorf("have %s, want shop", have)
		}
	}
}
