package gateway_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
	"github.com/enoki-go/enoki/web/gateway"
)

// Red without rpc.Proxy.AtOnce: the call waits for the service until its time is up.
func TestServiceThatIsDownIs503AtOnce(t *testing.T) {
	b := svctest.NewBroker(t)
	shop := svctest.New(t, b, newShop())
	w := open(t, b)
	w.ask("POST", "/shop/buy", `["pear",1]`).want(t, 200, `{"article":"pear","count":1}`)
	shop.Stop()
	began := time.Now()
	w.ask("POST", "/shop/buy", `["pear",1]`).wantProblem(t, 503, "no instance of shop is running")
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %v, want it at once", took)
	}
	svctest.New(t, b, newShop())
	w.ask("POST", "/shop/buy", `["pear",1]`).want(t, 200, `{"article":"pear","count":1}`)
}

// Red where only what this gateway has seen is known.
func TestServiceThatWasThereBeforeTheGatewayIs503(t *testing.T) {
	b := svctest.NewBroker(t)
	shop := svctest.New(t, b, newShop())
	client := shop.Client().Proxy("")
	await.Until(t, "shop is known", func() bool { return len(client.Known(await.Within(t))) > 0 })
	shop.Stop()
	w := open(t, b)
	w.ask("POST", "/shop/buy", "").wantProblem(t, 503, "no instance of shop is running")
	w.ask("POST", "/shops/buy", "").wantProblem(t, 404, `no service "shops"`)
	if a := w.ask("POST", "/sho/buy", ""); strings.Contains(a.body, "did you mean") {
		t.Errorf("have %s, want no hint: only live services are named", a.body)
	}
}

func TestGatewayWithoutBrokerSaysSoAndGoesOnWithIt(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	w := open(t, b, svctest.Config("gateway: {timeout: 2s}"))
	w.ask("POST", "/shop/buy", "").wantProblem(t, 503, "does not know the services yet")
	b.Restart()
	svctest.New(t, b, newShop())
	await.Until(t, "it is reached", func() bool { return w.ask("POST", "/shop/buy", `["pear",1]`).StatusCode == http.StatusOK })
	b.Stop()
	// What was sent before the gateway has noticed is late; else it says so.
	if a := w.ask("POST", "/shop/buy", `["pear",1]`, "X-Request-Timeout", "300ms"); a.StatusCode != http.StatusGatewayTimeout {
		a.wantProblem(t, 503, "cannot reach the services")
	}
	b.Restart()
	await.Until(t, "it is reached again", func() bool { return w.ask("POST", "/shop/buy", `["pear",1]`).StatusCode == http.StatusOK })
}

// Two brokers: the services are on one of which this process knows nothing else.
func TestServicesMayBeOnAnotherBroker(t *testing.T) {
	inner := svctest.NewBroker(t)
	svctest.New(t, inner, svctest.Config("broker: {namespace: inner}"), newShop(), &Mill{})
	w := open(t, svctest.Config("gateway: {broker: {url: '"+inner.URL()+"', namespace: inner}}"))
	heard := eavesdrop(t, plain.Conn(t, w.Broker().URL()))
	w.ask("POST", "/shop/buy", `["pear",1]`).want(t, 200, `{"article":"pear","count":1}`)
	w.ask("GET", "/foo?data=asdf", "").want(t, 200, `"fdsa"`)
	w.ask("GET", "/inner/rpc", "").wantProblem(t, 404)
	w.ask("POST", "/gate/where", "").wantProblem(t, 404)
	for _, subject := range heard() {
		if strings.Contains(subject, "shop") || strings.HasPrefix(subject, "foo") {
			t.Errorf("have a message on %s on the other broker", subject)
		}
	}
}

// Red where the connection to the services ends before the requests have.
func TestStopAnswersRequestsThatAreUnderWay(t *testing.T) {
	b, s := svctest.NewBroker(t), newShop()
	svctest.New(t, b, s)
	w := open(t, b)
	answers := make(chan answer, 1)
	go func() { // the test waits for it
		a, err := w.try(t.Context(), "POST", "/shop/wait", "")
		if err != nil {
			t.Error(err)
		}
		answers <- a
	}()
	await.Take(t, s.entered)
	stopped := make(chan struct{})
	go func() { w.Stop(); close(stopped) }() // the test waits for it
	await.Until(t, "new ones are refused", func() bool {
		a, err := w.try(t.Context(), "POST", "/shop/buy", `["pear",1]`)
		if err == nil && a.StatusCode == http.StatusServiceUnavailable {
			a.wantRefused(t)
			return true
		}
		return false
	})
	close(s.open)
	await.Take(t, answers).want(t, 200, "true")
	await.Take(t, stopped)
}

func (a answer) wantRefused(t *testing.T) {
	t.Helper()
	if a.Header.Get("Retry-After") == "" || !a.Close {
		t.Errorf("have headers %v, want Retry-After, and the connection closed", a.Header)
	}
}

// S47: gateways and workers on several nodes, of which some end.
func TestRequestsSurviveTheEndOfAWorkerAndOfAGateway(t *testing.T) {
	b := svctest.NewBroker(t)
	workers := []*svctest.World{svctest.New(t, b, &Mill{}), svctest.New(t, b, &Mill{}), svctest.New(t, b, &Mill{})}
	gates := []*world{open(t, b), open(t, b)}
	var all sync.WaitGroup
	var failed, made atomic.Int64
	enough := make(chan struct{})
	for range 4 {
		all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-enough:
					return
				default:
				}
				made.Add(1)
				for _, g := range gates { // as an ingress: the next one if this is not there
					a, err := g.try(t.Context(), "GET", "/foo?data=asdf", "")
					if err == nil && a.StatusCode == http.StatusOK && a.body == `"fdsa"` {
						break
					}
					if g == gates[len(gates)-1] {
						failed.Add(1)
					}
				}
			}
		})
	}
	upTo := func(n int64) { await.Until(t, "requests are made", func() bool { return made.Load() >= n }) }
	upTo(100)
	workers[0].Stop()
	upTo(made.Load() + 100)
	gates[0].Stop()
	upTo(made.Load() + 100)
	workers[1].Stop()
	upTo(made.Load() + 100)
	close(enough)
	all.Wait()
	if failed.Load() > 0 {
		t.Errorf("%d of %d requests failed", failed.Load(), made.Load())
	}
}

func TestDocumentDescribesTheMethodsThatAreLive(t *testing.T) {
	b := svctest.NewBroker(t)
	w := open(t, b)
	paths := func() map[string]json.RawMessage {
		var d struct {
			OpenAPI string                     `json:"openapi"`
			Paths   map[string]json.RawMessage `json:"paths"`
		}
		a := w.ask("GET", "/openapi.json", "")
		if err := json.Unmarshal([]byte(a.body), &d); err != nil || !strings.HasPrefix(d.OpenAPI, "3.1") {
			t.Fatalf("have %d %.200s, want OpenAPI 3.1", a.StatusCode, a.body)
		}
		return d.Paths
	}
	await.Until(t, "the gateway's own are there", func() bool { return len(paths()) == 2 })
	svctest.New(t, b, newShop())
	w.ask("POST", "/shop/buy", `["pear",1]`)
	await.Until(t, "the new ones are there", func() bool { return len(paths()) == 7 })
	buy := string(paths()["/shop/buy"])
	for _, want := range []string{`"post"`, `"article"`, `"count"`, `"operationId":"shop.buy"`} {
		if !strings.Contains(buy, want) {
			t.Errorf("have %s, want %s", buy, want)
		}
	}
	tag := w.ask("GET", "/openapi.json", "").Header.Get("ETag")
	w.ask("GET", "/openapi.json", "", "If-None-Match", tag).want(t, http.StatusNotModified, "")
	if page := w.ask("GET", "/apidocs/", ""); page.StatusCode != http.StatusOK || !strings.Contains(page.body, "/openapi.json") {
		t.Errorf("have %d %.200s, want Swagger UI", page.StatusCode, page.body)
	}
}

func TestDocumentIsNotServedWhereNoneIsWanted(t *testing.T) {
	w := open(t, svctest.Config("web: {docs: false}"))
	w.ask("GET", "/apidocs/", "").wantProblem(t, 404)
	w.ask("GET", "/openapi.json", "").wantProblem(t, 404)
}

func TestDocumentIsThatOfAGateway(t *testing.T) {
	b := svctest.NewBroker(t)
	w := open(t, b)
	conn := svctest.New(t, b, newShop()).Client().Connection()
	w.ask("POST", "/shop/buy", `["pear",1]`)
	var have, want any
	await.Until(t, "the gateway knows the shop", func() bool {
		served := w.ask("GET", "/openapi.json", "").body
		return strings.Contains(served, "/shop/nothing") && json.Unmarshal([]byte(served), &want) == nil
	})
	text, err := gateway.Document(await.Within(t), conn, "gate")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &have); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("without a gateway (-served +have):\n%s", diff)
	}
}

func TestDocumentOfNothingIsNone(t *testing.T) {
	conn := svctest.New(t, &Quiet{}).Client().Connection()
	if text, err := gateway.Document(await.Within(t), conn, "gate"); text != nil || err != nil {
		t.Errorf("have %s, %v, want none", text, err)
	}
}

// Quiet has no method that can be called.
type Quiet struct {
	_ timer.Job `method:"Tick" every:"1h"`
}

func (*Quiet) Tick() {}
