package dash_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/cmd/svc/internal/dash"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func withStop(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithCancel(context.WithoutCancel(t.Context()))
}

var errClosed = fault.Declare("till.closed", fault.Unavailable, "the till is closed")

// Till takes money, and fails for some.
type Till struct {
	_ rpc.Method     `method:"Pay" args:"article,count" sensitive:"article"`
	_ rpc.Method     `method:"Close"`
	_ events.Handler `method:"OnPaid" source:"bank" event:"paid" attempts:"1" sensitive:"card"`
}

func (*Till) Pay(article string, count int64) string { return fmt.Sprint(count, " ", article) }
func (*Till) Close() error                           { return errClosed }

// Paid is the payload of an event.
type Paid struct {
	Order string `json:"order"`
	Card  string `json:"card"`
}

// OnPaid cannot.
func (*Till) OnPaid(Paid) error { return errors.New("closed <b>today</b>") }

// Desk calls the till.
type Desk struct {
	_ rpc.Method `method:"Sell"`

	Till rpc.Proxy `service:"till"`
}

func (d *Desk) Sell(ctx context.Context) error {
	_, err := d.Till.Call(ctx, "pay", "apples", 1)
	return err
}

func TestStreamShowsAServiceItsCallsAndItsEnd(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	p := start(t, b.URL())
	samples := p.look()
	p.sees(samples, "nothing", func(s dash.Sample) bool { return s.Broker.Connected && s.Measured && len(s.Services) == 0 })

	t.Run("while it runs", func(t *testing.T) {
		w := svctest.New(t, b, &Till{}, &Desk{})
		p.sees(samples, "the start", func(s dash.Sample) bool {
			till, found := serviceOf(s, "till")
			return found && len(till.Instances) == 1 && till.Workers == 10 && len(till.Entrypoints) == 3
		})
		for range 20 {
			svctest.Call[any](w, "desk.sell")
		}
		_, _ = w.Client().Proxy("till").Call(t.Context(), "close")
		p.sees(samples, "calls", func(s dash.Sample) bool { return s.Total.Requests > 0 && s.Total.P95MS > 0 })
		p.sees(samples, "all of them", func(s dash.Sample) bool {
			till, _ := serviceOf(s, "till")
			total, failed := 0.0, 0.0
			for _, e := range till.Entrypoints {
				total, failed = total+e.Requests, failed+e.Errors
			}
			return total == 21 && failed == 1
		})
		p.sees(samples, "the edge", func(s dash.Sample) bool {
			for _, e := range s.Edges {
				if e.From == "desk" && e.To == "till" && e.What == "till.pay" {
					return true
				}
			}
			return false
		})
	})
	p.sees(samples, "its end", func(s dash.Sample) bool { return len(s.Services) == 0 })
}

func TestBrokerThatGoesIsSeenToComeBack(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	p := start(t, b.URL())
	samples := p.look()
	p.sees(samples, "the broker", func(s dash.Sample) bool { return s.Broker.Connected && s.Measured })
	b.Stop()
	p.sees(samples, "that it is away", func(s dash.Sample) bool { return !s.Broker.Connected })
	b.Restart()
	p.sees(samples, "it again", func(s dash.Sample) bool { return s.Broker.Connected && s.Measured })
}

// result is what a call answers.
type result struct {
	Result string `json:"result"`
	Error  *struct{ Code, Name, Message string }
}

func (p *page) call(body string) (r result, status int) {
	p.t.Helper()
	answer := p.post("/api/call", body)
	if err := json.Unmarshal([]byte(answer.body), &r); err != nil {
		p.t.Fatalf("%s: %v", answer.body, err)
	}
	return r, answer.StatusCode
}

func TestMethodsAreCalledWithArgumentsInEachWay(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Till{})
	p := start(t, w.Broker().URL())
	for _, body := range []string{
		`{"service":"till","method":"pay","named":{"article":"pears","count":9007199254740993}}`,
		`{"service":"till","method":"pay","positional":["pears",9007199254740993]}`,
		`{"service":"till","method":"pay","document":["pears",9007199254740993],"data":{"user":"ann"},"timeout_ms":5000}`,
	} {
		if r, status := p.call(body); status != http.StatusOK || r.Result != `"9007199254740993 pears"` {
			t.Errorf("%s: have %d %+v", body, status, r)
		}
	}
	for body, want := range map[string][2]string{
		`{"service":"till","method":"pay","named":{"article":"pears","cuont":1}}`:        {"invalid", "svc.bad_arguments"},
		`{"service":"till","method":"close"}`:                                            {"unavailable", "till.closed"},
		`{"service":"till","method":"refund"}`:                                           {"not_found", "svc.unknown_method"},
		`{"service":"nobody","method":"pay","positional":["pears",1],"timeout_ms":1000}`: {"unavailable", "svc.unknown_service"},
	} {
		if r, status := p.call(body); status != http.StatusOK || r.Error == nil || r.Error.Code != want[0] || r.Error.Name != want[1] || r.Error.Message == "" {
			t.Errorf("%s: have %d %+v, want %v", body, status, r.Error, want)
		}
	}
	for _, body := range []string{
		`{"service":"till.pay","method":"pay"}`, `{"service":"till","method":">"}`, `{"service":"till","method":"pay","timeout_ms":-1}`,
		`{"service":"till","method":"pay","document":[1],"named":{}}`, `{"service":"till","method":"pay","data":{"a b":"c"}}`, `{"service":"till","metod":"pay"}`, `{`, `{} {}`,
	} {
		if r, status := p.call(body); status != http.StatusBadRequest || r.Error.Message == "" {
			t.Errorf("%s: have %d %+v, want 400", body, status, r)
		}
	}
}

func TestFormsLearnWhatAMethodTakes(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Till{})
	p := start(t, w.Broker().URL())
	if have := p.get("/api/services/till").body; !strings.Contains(have, `"name":"pay","params":["article","count"],"input":{`) || !strings.Contains(have, `"sensitive":["article"]`) || strings.Contains(have, "on_paid") {
		t.Errorf("have %s", have)
	}
	if have := p.get("/api/services/tll"); have.StatusCode != http.StatusNotFound || !strings.Contains(have.body, "service tll is not running on nats://") {
		t.Errorf("have %d %s", have.StatusCode, have.body)
	}
	if have := p.get("/api/services/$SRV"); have.StatusCode != http.StatusBadRequest {
		t.Errorf("have %d %s", have.StatusCode, have.body)
	}
}

func TestDeadLettersAreListedOpenedReplayedAndDropped(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Till{})
	p := start(t, w.Broker().URL())
	if have := p.get("/api/letters").body; have != `{"letters":[],"more":false}` {
		t.Errorf("have %s, want none", have)
	}
	samples := p.look()
	for i := range 3 {
		w.Emit("bank.paid", Paid{fmt.Sprint("o", i), "4711-canary"}, events.Key("4711-canary"))
	}
	p.sees(samples, "three", func(s dash.Sample) bool { return s.Stored.Letters == 3 })
	if have := p.get("/api/letters").body; strings.Count(have, `"handler":"till.on_paid"`) != 3 || !strings.Contains(have, `closed \u003cb\u003etoday`) {
		t.Errorf("have %s", have)
	}
	if have := p.get("/api/letters/1").body; !strings.Contains(have, `\"order\": \"o`) || strings.Contains(have, "4711-canary") || !strings.Contains(have, "redacted") {
		t.Errorf("have %s, want it without the card", have)
	}
	if have := p.get("/api/letters/99"); have.StatusCode != http.StatusNotFound || !strings.Contains(have.body, "no dead letter 99") {
		t.Errorf("have %d %s", have.StatusCode, have.body)
	}
	if have := p.post("/api/letters/drop", `{"numbers":[1,99]}`).body; !strings.HasPrefix(have, `{"done":1,"failed":[{"number":99,`) {
		t.Errorf("have %s", have)
	}
	handled := w.Expect("till", "OnPaid")
	if have := p.post("/api/letters/replay", `{"numbers":[2]}`).body; have != `{"done":1,"failed":[]}` {
		t.Errorf("have %s", have)
	}
	handled.Wait()
	p.sees(samples, "the one that died again", func(s dash.Sample) bool { return s.Stored.Letters == 2 })
	if have := p.post("/api/letters/drop", `{"numbers":[]}`); have.StatusCode != http.StatusBadRequest {
		t.Errorf("have %d %s", have.StatusCode, have.body)
	}
}

func TestSamplerRestsWhileNobodyLooks(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	p := start(t, b.URL())
	nc := plain.Conn(t, b.URL())
	asked := make(chan *nats.Msg, 1000)
	if _, err := nc.ChanSubscribe("$SRV.STATS", asked); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	for range 3 {
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/api/stream", nil)
		response, err := p.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = response.Body.Close() })
	}
	first := time.Now()
	for range 5 {
		await.Take(t, asked)
	}
	if took := time.Since(first); took < 3*quick {
		t.Errorf("three browsers have the services asked 5 times in %v, want once in %v for all", took, quick)
	}
	leave()
	await.Until(t, "nobody is asked any more", func() bool {
		select {
		case <-asked:
			return false
		case <-time.After(4 * quick):
			return true
		}
	}, 20*time.Second)
	samples := p.look()
	p.sees(samples, "rates again", func(s dash.Sample) bool { return s.Measured })
}

// ^C is an end of the context; start waits for Serve in its cleanup.
func TestServeEndsWithinASecondThoughStreamsAreOpen(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	var began time.Time
	t.Cleanup(func() {
		if took := time.Since(began); took > time.Second {
			t.Errorf("have %v, want a second at the most", took)
		}
	})
	p := start(t, b.URL())
	samples := p.look()
	p.sees(samples, "anything", func(dash.Sample) bool { return true })
	t.Cleanup(func() { began = time.Now() }) // runs before the server is stopped
}
