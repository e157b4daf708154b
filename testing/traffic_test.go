package svctest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web"
)

// Market is reached in three ways, and reaches others in four.
type Market struct {
	_ service.Name   `name:"market"`
	_ rpc.Method     `method:"Sell"`
	_ web.Route      `method:"Sell" route:"POST /sales"`
	_ events.Handler `method:"OnSold" source:"market" event:"sold"`

	Take  rpc.Func[string, int]    `rpc:"barn.take"`
	Spare rpc.Func[string, int]    `rpc:"barn.spare"`
	Any   rpc.Proxy                `service:"barn"`
	Sold  events.Publisher[string] `event:"sold"`
	API   *httpclient.Client       `http:"rates"`
}

func (m *Market) Sell(ctx context.Context, what string) error {
	_, err := m.Take(ctx, what)
	if err != nil {
		return err
	}
	if _, err := m.Any.Call(ctx, "lend", what); err == nil {
		return errors.New("the barn has lent it")
	}
	r, err := m.API.Get(ctx, "/today")
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, r.Body)
	return errors.Join(r.Body.Close(), m.Sold.Emit(ctx, what))
}

func (*Market) OnSold(string) error { return nil }

// Barn gives what it has.
type Barn struct {
	_ service.Name `name:"barn"`
	_ rpc.Method   `method:"Take"`
	_ rpc.Method   `method:"Spare"`
	_ rpc.Method   `method:"Lend"`
}

func (*Barn) Take(string) int          { return 1 }
func (*Barn) Spare(string) int         { return 1 }
func (*Barn) Lend(string) (int, error) { return 0, errors.New("never") }

func post(t *testing.T, url, body string) {
	t.Helper()
	r, err := http.Post(url, "application/json", strings.NewReader(body))
	if err == nil {
		err = r.Body.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestStatsTellEveryWayInAndOut(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(api.Close)
	w := svctest.New(t, &Market{}, &Barn{}, svctest.Config("http: {rates: {url: "+api.URL+"}}"))
	for _, sell := range []func(){
		func() { svctest.Call[any](w, "market.sell", "pear") },
		func() { post(t, w.URL()+"/sales", `"pear"`) },
	} {
		handled := w.Expect("market", "OnSold")
		sell()
		handled.Wait()
	}

	found, err := w.Client().Connection().FindStats(await.Within(t), "market")
	if err != nil || len(found) != 1 {
		t.Fatalf("have %d instances, %v, want one", len(found), err)
	}
	targets := []broker.TargetStats{
		{Kind: "event", Target: "market.sold", Requests: 2},
		{Kind: "http", Target: "GET " + api.Listener.Addr().String(), Requests: 2},
		{Kind: "rpc", Target: "barn.lend", Requests: 2, Errors: 2},
		{Kind: "rpc", Target: "barn.spare"},
		{Kind: "rpc", Target: "barn.take", Requests: 2},
	}
	if diff := cmp.Diff(targets, found[0].Targets); diff != "" {
		t.Errorf("targets (-want +have):\n%s", diff)
	}
	entrypoints := []broker.EntrypointStats{
		{Kind: "rpc", Name: "sell", Address: "svc.rpc.market.sell", Requests: 1},
		{Kind: "http", Name: "sell", Address: "POST /sales", Requests: 1},
		{Kind: "event", Name: "on_sold", Address: "svc.evt.market.*.sold", Requests: 2},
	}
	if diff := cmp.Diff(entrypoints, found[0].Entrypoints, cmpopts.IgnoreFields(broker.EntrypointStats{}, "Nanoseconds", "Latency")); diff != "" {
		t.Errorf("entrypoints (-want +have):\n%s", diff)
	}
	for _, e := range found[0].Entrypoints {
		if e.Latency.Quantile(1) <= 0 || e.Nanoseconds <= 0 {
			t.Errorf("%+v: want how long the calls took", e)
		}
	}
}
