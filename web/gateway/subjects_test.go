package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestPathIsTheSubjectOfAWorker(t *testing.T) {
	w := open(t, &Mill{})
	w.ask("GET", "/foo?data=asdf", "").want(t, 200, `"fdsa"`)
	w.ask("HEAD", "/foo?data=asdf", "").want(t, 200, ``)
	for _, tt := range []struct{ method, path, body, kind, want string }{
		{"GET", "/echo/a?x=1&x=2&y=%20", "", "", `["echo.a.get",{"x":["1","2"],"y":[" "]}]`},
		{"POST", "/echo/a?x=1&y=2", `{"x":7,"z":{"n":null}}`, "application/json", `["echo.a.post",{"x":7,"y":["2"],"z":{"n":null}}]`},
		{"PUT", "/echo/a", `[1]`, "", `["echo.a.put",{"body":[1]}]`},
		{"PATCH", "/echo/a-b/C_1", `"x"`, "application/x+json", `["echo.a-b.C_1.patch",{"body":"x"}]`},
		{"DELETE", "/echo/a", ``, "", `["echo.a.delete",{}]`},
		{"POST", "/echo/a?x=1", `x=2&y=3`, "application/x-www-form-urlencoded", `["echo.a.post",{"x":["1","2"],"y":["3"]}]`},
		{"POST", "/echo/a", `{"x":2}`, "application/x-www-form-urlencoded", `["echo.a.post",{"x":2}]`},
		{"POST", "/echo/a", `a b`, "text/plain; charset=utf-8", `["echo.a.post",{"body":"a b"}]`},
	} {
		w.ask(tt.method, tt.path, tt.body, "Content-Type", tt.kind).want(t, 200, tt.want)
	}
	w.ask("POST", "/echo/a", `{"x"`, "Content-Type", "application/json").wantProblem(t, 400, "no JSON")
	w.ask("POST", "/echo/a", "\xff", "Content-Type", "text/plain").wantProblem(t, 400, "no UTF-8")
	w.ask("POST", "/echo/a", "x", "Content-Type", "image/png").wantProblem(t, 415, "image/png")
	w.ask("GET", "/echo/a?x=%zz", "").wantProblem(t, 400, "the query cannot be read")
	w.ask("GET", "/fo?data=asdf", "").wantProblem(t, 404, "no worker")
}

func TestLastWordIsInUpperCaseWhereThatIsConfigured(t *testing.T) {
	w := open(t, svctest.Config("gateway: {upper: true}"), &Mill{})
	w.ask("GET", "/foo", "").want(t, 200, `"upper"`)
}

func TestErrorOfAWorkerIsItsStatusAndMessage(t *testing.T) {
	w := open(t, &Mill{})
	w.ask("GET", "/fail?how=declared", "").want(t, 409, `"sold out"`)
	w.ask("GET", "/fail?how=undeclared", "").want(t, 500, `"internal server error"`)
	if !strings.Contains(w.Log(), "the disk is on fire") {
		t.Error("the log does not say why")
	}
	a := w.ask("GET", "/fail", "")
	if a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, "how") {
		t.Errorf("have %d %s, want 400 that names the argument", a.StatusCode, a.body)
	}
}

func TestWorkerIsToldWhatTheRequestMayPassOn(t *testing.T) {
	w := open(t, svctest.Config("web: {headers: {X-Tenant: tenant}}"), &Mill{})
	w.ask("GET", "/carried", "", "X-Tenant", "ann", "Svc-Data-user", "forged").want(t, 200, `{"tenant":"ann"}`)
}

// The mapping is known to workers that know nothing of us.
func TestWorkerInPlainNATSIsReachedWhereTheListAllowsIt(t *testing.T) {
	w := open(t)
	nc := plain.Conn(t, w.Broker().URL())
	answers := map[string]string{
		"open.made.get": `{"code":201,"data":{"id":7}}`, "open.gone.get": `{"code":204,"data":null}`, "open.bare.get": `{"code":200}`,
		"open.busy.get": `{"code":503,"data":"later"}`, "open.odd.get": `so what`, "open.code.get": `{"code":17,"data":1}`,
	}
	for subject, body := range answers {
		if _, err := nc.QueueSubscribe(subject, "worker", func(m *nats.Msg) { _ = m.Respond([]byte(body)) }); err != nil {
			t.Fatal(err)
		}
	}
	echo := func(m *nats.Msg) { _ = m.Respond([]byte(`{"code":200,"data":` + string(m.Data) + `}`)) }
	for _, subject := range []string{"open.echo.get", "shut.echo.get"} {
		if _, err := nc.Subscribe(subject, echo); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := nc.SubscribeSync("open.silent.get"); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	w.ask("GET", "/open/echo?a=b", "").want(t, 200, `{"a":["b"]}`)
	w.ask("GET", "/open/made", "").want(t, 201, `{"id":7}`)
	w.ask("GET", "/open/gone", "").want(t, 204, ``)
	w.ask("GET", "/open/bare", "").want(t, 200, `null`)
	busy := w.ask("GET", "/open/busy", "")
	busy.want(t, 503, `"later"`)
	if busy.Header.Get("Retry-After") == "" {
		t.Error("503: have no Retry-After")
	}
	w.ask("GET", "/open/odd", "").wantProblem(t, 502, "no answer that can be read")
	w.ask("GET", "/open/code", "").wantProblem(t, 502)
	w.ask("GET", "/open/silent", "", "X-Request-Timeout", "0.05").wantProblem(t, 504, "no answer within 50ms")
	w.ask("GET", "/open/nobody", "").wantProblem(t, 404, "no worker")
	w.ask("GET", "/shut/echo?a=b", "").wantProblem(t, 404, "no worker")
}

// Red where a miss does not ask: the worker would be found only at the next round.
func TestWorkerThatHasJustStartedIsFoundAtOnce(t *testing.T) {
	w := open(t, svctest.Config("gateway: {refresh: 1h}"))
	w.ask("GET", "/foo?data=asdf", "").wantProblem(t, 404)
	svctest.New(t, w.Broker(), &Mill{})
	await.Until(t, "it is found", func() bool { return w.ask("GET", "/foo?data=asdf", "").body == `"fdsa"` })
}
