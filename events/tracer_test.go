package events_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// scribe is a tracer that tells of what leaves, and names itself as the parent.
type scribe chan string

func (s scribe) Outgoing(ctx context.Context, o dependency.Outgoing) (context.Context, func(error)) {
	return entrypoint.WithData(ctx, "traceparent", "me"), func(err error) {
		if err == nil {
			s <- o.Kind + " " + o.Target
		}
	}
}

func (scribe) TraceID(context.Context) string { return "" }

// Relay emits what it is told.
type Relay struct {
	Said events.Publisher[Payment] `event:"paid"`

	_ service.Name   `name:"payments"`
	_ events.Handler `method:"Say" source:"tills" event:"paid"`
}

// Say says it again.
func (r *Relay) Say(ctx context.Context, p Payment) error { return r.Said(ctx, p) }

func TestTracerSeesWhatServicesAndProgramsEmit(t *testing.T) {
	b := svctest.NewBroker(t)
	inside, outside, parents := make(scribe, 1), make(scribe, 1), make(chan string, 1)
	p := probe(``, func(ctx context.Context, _ Payment) error {
		parents <- entrypoint.Data(ctx)["traceparent"]
		return nil
	})
	svctest.New(t, b, p, &Relay{}, service.Trace(inside))
	emit(t, dial(t, b, "tills", events.WithTracer(outside)).Dispatcher(), "paid", Payment{})
	if have, want := await.Take(t, outside), "event tills.paid"; have != want {
		t.Errorf("have %q of the program, want %q", have, want)
	}
	if have, want := await.Take(t, inside), "event payments.paid"; have != want {
		t.Errorf("have %q of the service, want %q", have, want)
	}
	if have := await.Take(t, parents); have != "me" {
		t.Errorf("have parent %q, want that of the tracer", have)
	}
}

func TestEventsThatFailAreCounted(t *testing.T) {
	b := svctest.NewBroker(t)
	numbers := make(chan dependency.Process, 1)
	p := probe(`attempts:"2" backoff:"1ms"`, func(context.Context, Payment) error { return errDeclined })
	svctest.New(t, b, p, service.Extend("test", func(h service.Extended) error {
		numbers <- dependency.ProcessOf(h)
		return nil
	}))
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{})
	die(t, b, 1)
	process, have := await.Take(t, numbers), map[string]float64{}
	await.Until(t, "the dead event is counted", func() bool {
		process.Measure(func(m dependency.Measurement) { have[m.Name] = m.Value })
		return have["svc_events_dead_total"] > 0
	})
	for _, name := range []string{"svc_workers", "svc_workers_busy", "svc_calls_waiting", "svc_broker_connections_total", "svc_broker_connected"} {
		delete(have, name)
	}
	want := map[string]float64{"svc_events_failed_total": 2, "svc_events_dropped_total": 0, "svc_events_dead_total": 1}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("measurements (-want +have):\n%s", diff)
	}
}
