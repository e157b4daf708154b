package gateway_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/web/gateway"
)

func TestMethodIsCalledByHTTP(t *testing.T) {
	w := open(t, newShop())
	for body, headers := range map[string][]string{
		`{"article":"pear","count":2}`:  nil,
		` ["pear", 2]`:                  {"Content-Type", "application/vnd.api+json; charset=utf-8"},
		`{"count":2,"article":"pear"}`:  {"Content-Type", "application/x-www-form-urlencoded"}, // curl -d
		`{"article":"pear","count":2 }`: {"Content-Type", "application/json"},
	} {
		a := w.ask("POST", "/shop/buy", body, headers...)
		a.want(t, 200, `{"article":"pear","count":2}`)
		if got := a.Header.Get("Content-Type"); got != "application/json" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("have headers %v", a.Header)
		}
	}
	w.ask("POST", "/shop/nothing", "").want(t, 200, "null")
}

func TestErrorOfAMethodIsAProblem(t *testing.T) {
	w := open(t, newShop())
	a := w.ask("POST", "/shop/fail", `"declared"`)
	a.wantProblem(t, 409, "sold out")
	if !strings.Contains(a.body, `"name":"shop.sold_out"`) {
		t.Errorf("have %s, want the name of the error", a.body)
	}
	a = w.ask("POST", "/shop/fail", `"undeclared"`)
	a.wantProblem(t, 500)
	if strings.Contains(a.body, "disk") || strings.Contains(a.body, "errorString") {
		t.Errorf("have %s, want nothing of what was not meant for the public", a.body)
	}
}

func TestArgumentsThatDoNotFitAreExplained(t *testing.T) {
	w := open(t, newShop())
	w.ask("POST", "/shop/buy", `{"artcle":"pear","count":2}`).wantProblem(t, 400, `unknown argument "artcle"`, "article, count")
	w.ask("POST", "/shop/buy", `{"article":`).wantProblem(t, 400, "the body is no JSON")
	w.ask("POST", "/shop/buy", "\x92\xa4pear\x02").wantProblem(t, 400, "the body is no JSON")
	w.ask("POST", "/shop/buy", strings.Repeat("[", 5000)).wantProblem(t, 400, "the body is no JSON")
	w.ask("POST", "/shop/buy", "a=1", "Content-Type", "application/x-www-form-urlencoded").wantProblem(t, 415, "application/json")
	w.ask("POST", "/shop/buy", "<a/>", "Content-Type", "application/xml").wantProblem(t, 415, "application/xml")
	w.ask("POST", "/shop/buy", `"`+strings.Repeat("x", 1<<20)+`"`).wantProblem(t, 413, "more than 1048576 bytes")
}

func TestWhatIsNotServedIsNotFound(t *testing.T) {
	w := open(t, newShop())
	w.ask("POST", "/shop/by", "").wantProblem(t, 404, `shop has no method "by"`, `did you mean "buy"?`)
	w.ask("POST", "/shob/buy", "").wantProblem(t, 404, `no service "shob"`, `did you mean "shop"?`)
	w.ask("GET", "/nowhere/near/here", "").wantProblem(t, 404, "no worker")
	w.ask("GET", "/", "").wantProblem(t, 404)
	a := w.ask("GET", "/shop/buy", "")
	a.wantProblem(t, 405, "POST")
	if got := a.Header.Get("Allow"); got != http.MethodPost {
		t.Errorf("have Allow %q", got)
	}
	w.ask("OPTIONS", "/elsewhere", "").wantProblem(t, 404)
}

func TestCallCarriesWhatTheRequestMayPassOn(t *testing.T) {
	w := open(t, svctest.Config("web: {headers: {X-Tenant: tenant}}\ngateway: {timeout: 20s}\nrpc: {timeout: 1s}"), newShop())
	type told struct {
		Data    map[string]string
		Parents int
		Left    string
	}
	carried := func(headers ...string) (got told) {
		a := w.ask("POST", "/shop/carried", "", headers...)
		if err := json.Unmarshal([]byte(a.body), &got); err != nil {
			t.Errorf("%v: have %d %s", headers, a.StatusCode, a.body)
		}
		return got
	}
	trace := "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	got := carried("X-Tenant", "ann", "X-Other", "no", "Svc-Data-Tenant", "forged", "Svc-Stack", "forged", "Traceparent", trace, "X-Request-Timeout", "5s")
	if diff := cmp.Diff(told{map[string]string{"tenant": "ann", "traceparent": trace}, 1, "5s"}, got); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
	for text, left := range map[string]string{"": "20s", "3": "3s", "3.0": "3s", "1h": "20s", "1e9": "20s", "9000ms": "9s"} {
		if got := carried("X-Request-Timeout", text); got.Left != left {
			t.Errorf("X-Request-Timeout %q: have %s, want %s", text, got.Left, left)
		}
	}
	for _, text := range []string{"0", "-1", "-2s", "soon", "NaN", "2 s", "\xff"} {
		w.ask("POST", "/shop/carried", "", "X-Request-Timeout", text).wantProblem(t, 400, "X-Request-Timeout")
	}
	w.ask("POST", "/shop/carried", "", "X-Tenant", strings.Repeat("x", 2000)).wantProblem(t, 400, "X-Tenant")
}

func TestAnswerThatIsLateIs504(t *testing.T) {
	s := newShop()
	w := open(t, s)
	a := w.ask("POST", "/shop/wait", "", "X-Request-Timeout", "60ms")
	a.wantProblem(t, 504, "no answer within 60ms", "X-Request-Timeout")
	select {
	case <-await.Take(t, s.entered).Done():
	case <-time.After(await.Patience):
		t.Error("the method has not learnt that nobody waits")
	}
}

func TestClientThatLeavesEndsTheCall(t *testing.T) {
	s := newShop()
	w := open(t, s)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() { // the test waits for it
		_, _ = w.try(ctx, "POST", "/shop/wait", "")
		close(left)
	}()
	running := await.Take(t, s.entered)
	leave()
	await.Take(t, left)
	await.Take(t, running.Done())
}

func TestMoreThanMayBeUnderWayIsRefused(t *testing.T) {
	s := newShop()
	w := open(t, svctest.Config("gateway: {concurrency: 2}"), s)
	answers := make(chan answer, 2)
	for range 2 {
		go func() { // the test waits for it
			a, err := w.try(t.Context(), "POST", "/shop/wait", "")
			if err != nil {
				t.Error(err)
			}
			answers <- a
		}()
		await.Take(t, s.entered)
	}
	w.ask("POST", "/shop/buy", `["pear",1]`).wantProblem(t, 503, "too many requests")
	close(s.open)
	for range 2 {
		await.Take(t, answers).want(t, 200, "true")
	}
	w.ask("POST", "/shop/buy", `["pear",1]`).want(t, 200, `{"article":"pear","count":1}`)
}

func TestGatewaySaysWhatItServes(t *testing.T) {
	w := open(t, newShop(), &Mill{})
	want := []gateway.Service{{Name: "gate", Methods: []string{"served", "where"}}, {Name: "shop", Methods: []string{"buy", "carried", "fail", "nothing", "wait"}}}
	await.Until(t, "all are there", func() bool { return cmp.Equal(svctest.Call[[]gateway.Service](w.World, "gate.served"), want) })
	await.Until(t, "it is logged", func() bool {
		return strings.Contains(w.Log(), `services="gate (2 methods), shop (5 methods)" subjects=5`) && strings.Contains(w.Log(), "url="+w.url)
	})
}

func TestOnlyServicesOfTheListAreServed(t *testing.T) {
	w := open(t, svctest.Config("gateway: {services: [gate]}"), newShop(), &Mill{})
	w.ask("POST", "/gate/where", "").want(t, 200, `"`+w.url+`"`)
	a := w.ask("POST", "/shop/buy", `["pear",1]`)
	a.wantProblem(t, 404)
	if strings.Contains(w.ask("POST", "/shob/buy", "").body, "shop") || strings.Contains(w.ask("GET", "/openapi.json", "").body, "shop") {
		t.Error("the hint or the document names a service that is not served")
	}
	w.ask("GET", "/foo?data=asdf", "").wantProblem(t, 404)
}
