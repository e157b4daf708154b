package telemetry_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/telemetry"
	svctest "github.com/enoki-go/enoki/testing"
)

// fail makes the ward fail, from a program that is traced.
func fail(t *testing.T, w *svctest.World, how string) {
	t.Helper()
	_, err := w.Client().Proxy("ward").Call(await.Within(t), "fail", how)
	if err == nil {
		t.Fatalf("%s: have no error", how)
	}
}

func TestOutcomeIsInTheSpanOfTheServer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		how, code, what string
		status          codes.Code
	}{
		{"shut", "conflict", "ward.shut", codes.Unset},
		{"away", "unavailable", "ward.away", codes.Error},
		{"odd", "internal", "*errors.errorString", codes.Error},
		{"panic", "internal", "panic", codes.Error},
	} {
		t.Run(tt.how, func(t *testing.T) {
			t.Parallel()
			spans, options := record(t)
			w := svctest.New(t, &Ward{}, options)
			fail(t, w, tt.how+" x")
			s := spans.one("ward.fail")
			have := attributes(s)
			if have["rpc.response.status_code"] != tt.code || have["error.type"] != tt.what || s.Status.Code != tt.status {
				t.Errorf("have %v and %v, want the code %s, the type %s and %v", have, s.Status, tt.code, tt.what, tt.status)
			}
			if tt.how == "panic" && have["svc.panic"] != "string" {
				t.Errorf("have %v, want the type of the value of the panic", have)
			}
		})
	}
}

func TestSpansAreAsTheConventionsSay(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, append(newsroom(), options)...)
	fetch(t, request(t, "POST", w.URL()+"/articles/7/comments", `{"text":"good"}`))
	spans.wait(9)
	for name, want := range map[string]map[string]string{
		"POST /articles/{id}/comments": {
			"svc.kind": "http", "svc.method": "front.post",
			"http.request.method": "POST", "http.route": "/articles/{id}/comments", "http.response.status_code": "201",
		},
		"emit store.written": {
			"svc.kind": "event", "messaging.system": "nats", "messaging.operation.name": "emit", "messaging.operation.type": "send",
			"messaging.destination.name": "store.written",
		},
		"handle ledger.on_written": {
			"svc.kind": "event", "svc.method": "ledger.on_written", "messaging.system": "nats", "messaging.operation.name": "handle",
			"messaging.operation.type": "process", "messaging.destination.name": "store.written",
		},
		"submit printer.print": {
			"svc.kind": "job", "rpc.system.name": "enoki", "rpc.method": "printer.print", "rpc.response.status_code": "ok",
		},
		"printer.print": {
			"svc.kind": "rpc", "rpc.system.name": "enoki", "rpc.method": "printer.print", "rpc.response.status_code": "ok",
		},
	} {
		have := attributes(spans.one(name))
		if id := have["svc.call_id"]; (id == "") != (have["svc.kind"] == "job" || name == "emit store.written") {
			t.Errorf("%s: have the call %q; want it where one runs", name, id)
		}
		delete(have, "svc.call_id")
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s (-want +have):\n%s", name, diff)
		}
	}
}

func TestStatusOfAnAnswerIsThatOfHTTP(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		route, status string
		code          codes.Code
	}{
		"/wards/fine":  {"GET /wards/{how}", "200", codes.Unset},
		"/wards/shut":  {"GET /wards/{how}", "409", codes.Unset},
		"/wards/away":  {"GET /wards/{how}", "503", codes.Error},
		"/wards/odd":   {"GET /wards/{how}", "500", codes.Error},
		"/wards/panic": {"GET /wards/{how}", "500", codes.Error},
		"/raw":         {"GET /raw", "418", codes.Unset},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			spans, options := record(t)
			w := svctest.New(t, &Ward{}, options)
			fetch(t, request(t, "GET", w.URL()+path, ""))
			s := spans.one(want.route)
			if have := attributes(s)["http.response.status_code"]; have != want.status || s.Status.Code != want.code || s.SpanKind != trace.SpanKindServer {
				t.Errorf("have status %s, %v, kind %s, want %s, %v", have, s.Status, s.SpanKind, want.status, want.code)
			}
		})
	}
}

func TestCallerSeesEveryErrorAsOne(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, &Ward{}, &Nurse{}, options)
	if _, err := w.Client().Proxy("nurse").Call(await.Within(t), "look", "shut"); err == nil {
		t.Fatal("have no error")
	}
	all := spans.wait(3)
	for _, s := range all {
		want := codes.Unset
		if s.SpanKind == trace.SpanKindClient {
			want = codes.Error
		}
		if s.Status.Code != want || attributes(s)["error.type"] != "ward.shut" {
			t.Errorf("%s %s: have %v of %s, want %v of ward.shut", s.Name, s.SpanKind, s.Status, attributes(s)["error.type"], want)
		}
	}
}

func TestSpanIsOfTheServiceThatMadeIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, config, want string }{
		{"each its own", "", "[front ledger printer store]"},
		{"one for all", "telemetry: {service: paper}", "[paper]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := newSink()
			w := svctest.New(t, append(newsroom(), telemetry.Options(k.option()), svctest.Config(tt.config))...)
			ended, printed := w.Expect("ledger", "OnWritten"), w.Expect("printer", "Print")
			fetch(t, request(t, "POST", w.URL()+"/articles/7/comments", `{"text":"good"}`))
			ended.Wait()
			printed.Wait()
			w.Stop()
			if have := fmt.Sprint(k.services()); have != tt.want {
				t.Errorf("have spans of %s, want %s", have, tt.want)
			}
		})
	}
}
