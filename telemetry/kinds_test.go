package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/telemetry"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
	"github.com/enoki-go/enoki/web"
)

// What leaves a process by other ways says where the receiver goes on, too.
func TestEveryWayOutHasASpan(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		out  dependency.Outgoing
		name string
		kind trace.SpanKind
		want map[string]string
	}{
		{dependency.Outgoing{Kind: "http", Target: "GET api.example.com"}, "GET api.example.com", trace.SpanKindClient, map[string]string{
			"svc.kind": "http", "http.request.method": "GET", "server.address": "api.example.com", "error.type": "*errors.errorString",
		}},
		{dependency.Outgoing{Kind: "subject", Target: "foo"}, "foo", trace.SpanKindClient, map[string]string{
			"svc.kind": "subject", "rpc.system.name": "enoki", "rpc.method": "foo", "rpc.response.status_code": "internal", "error.type": "*errors.errorString",
		}},
	} {
		spans, _ := record(t)
		tracer := telemetry.Tracer(spans.provider)
		ctx, end := tracer.Outgoing(t.Context(), tt.out)
		end(errors.New(canary))
		s := spans.one(tt.name)
		want := fmt.Sprintf("00-%s-%s-01", s.SpanContext.TraceID(), s.SpanContext.SpanID())
		if have := entrypoint.Data(ctx)["traceparent"]; have != want || tracer.TraceID(ctx) != s.SpanContext.TraceID().String() {
			t.Errorf("%v: have the parent %q, want %q", tt.out, have, want)
		}
		if diff := cmp.Diff(tt.want, attributes(s)); diff != "" || s.SpanKind != tt.kind || s.Status.Code != codes.Error {
			t.Errorf("%v: have %s, %v (-want +have):\n%s", tt.out, s.SpanKind, s.Status, diff)
		}
	}
}

func TestProgramThatEmitsIsTraced(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, &Ledger{}, options)
	program, err := events.Dial(w.Broker().URL(), "store", events.WithTracer(telemetry.Tracer(spans.provider)), events.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	if err := program.Dispatcher()(await.Within(t), "written", "good"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("root\n  emit store.written producer\n    handle ledger.on_written consumer\n", tree(spans.wait(2))); diff != "" {
		t.Errorf("tree (-want +have):\n%s", diff)
	}
}

// Mirror is reached by a subject, and asks another.
type Mirror struct {
	_ service.Name `name:"mirror"`
	_ rpc.Subject  `method:"Reverse" subject:"foo.get" queue:"worker" args:"data"`
	_ rpc.Method   `method:"Look"`

	Any rpc.Proxy
}

// Reverse returns what it gets.
func (*Mirror) Reverse(data string) string { return data }

// Look asks.
func (m *Mirror) Look(ctx context.Context) error {
	_, err := m.Any.Ask(ctx, "foo.get", rpc.JSON(`{"data":"x"}`))
	return err
}

func TestSubjectIsBelowWhoAsksIt(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, &Mirror{}, options)
	if _, err := w.Client().Proxy("mirror").Call(await.Within(t), "look"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("root\n  mirror.look server\n    foo.get client\n      mirror.reverse server\n", tree(spans.wait(3))); diff != "" {
		t.Errorf("tree (-want +have):\n%s", diff)
	}
}

// Clock ticks.
type Clock struct {
	_ service.Name `name:"clock"`
	_ timer.Job    `method:"Tick" every:"1h" eager:"true"`
}

// Tick does nothing.
func (*Clock) Tick() error { return errShut }

func TestTimerIsAtTheRoot(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	svctest.New(t, &Clock{}, options)
	s := spans.one("clock.tick")
	if s.Parent.IsValid() || s.SpanKind != trace.SpanKindInternal || s.Status.Code != codes.Error {
		t.Errorf("have %s with the parent %v and %v, want an internal span at the root, and an error as one", s.SpanKind, s.Parent, s.Status)
	}
}

// Gate asks who comes.
type Gate struct {
	_ service.Name `name:"gate"`
	_ web.Auth     `method:"Who"`
	_ web.Route    `method:"Enter" route:"/enter"`
}

// Who lets everybody in.
func (*Gate) Who(*http.Request) (web.Data, error) { return web.Data{"user": "ann"}, nil }

// Enter does nothing.
func (*Gate) Enter() {}

func TestAuthOfARequestIsBesideIt(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	w := svctest.New(t, &Gate{}, options)
	fetch(t, request(t, "BREW", w.URL()+"/enter", "", "traceparent: 00-"+traceOutside+"-"+spanOutside+"-01"))
	if diff := cmp.Diff(spanOutside+"\n  gate.who internal\n  HTTP /enter server\n", tree(spans.wait(2))); diff != "" {
		t.Errorf("tree (-want +have):\n%s", diff)
	}
	if have := attributes(spans.one("HTTP /enter"))["http.request.method"]; have != "_OTHER" {
		t.Errorf("have the method %q, want _OTHER", have)
	}
}

// A middleware within may panic, or end the goroutine.
func TestCallThatDoesNotReturnHasEnded(t *testing.T) {
	t.Parallel()
	spans, options := record(t)
	broken := service.Use(func(service.Handler) service.Handler {
		return func(context.Context, *entrypoint.Call) (any, error) { panic(canary) }
	})
	w := svctest.New(t, &Ward{}, options, broken)
	fail(t, w, "fine")
	if s := spans.one("ward.fail"); attributes(s)["error.type"] != "panic" || s.Status.Code != codes.Error {
		t.Errorf("have %v and %v, want a panic", attributes(s), s.Status)
	}
	wantLines(t, scrape(t, w.URL()), `svc_call_duration_seconds_count{code="internal",kind="rpc",method="fail",service="ward"} 1`)
}
