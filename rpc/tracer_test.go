package rpc_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// scribe is a tracer that writes down what leaves, and sends the same parent with it.
type scribe struct {
	mu    sync.Mutex // guards lines
	lines []string
}

func (s *scribe) Outgoing(ctx context.Context, o dependency.Outgoing) (context.Context, func(error)) {
	return entrypoint.WithData(ctx, "traceparent", parent), func(err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		line := o.Kind + " " + o.Target
		if err != nil {
			line += " " + string(fault.CodeOf(err))
		}
		s.lines = append(s.lines, line)
	}
}

func (*scribe) TraceID(context.Context) string { return "" }

func (s *scribe) want(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(want, s.lines); diff != "" {
		t.Errorf("traced (-want +have):\n%s", diff)
	}
}

func TestTracerSeesTheCallsOfServicesAndOfPrograms(t *testing.T) {
	t.Parallel()
	inside, outside := new(scribe), new(scribe)
	w := svctest.New(t, &Trail{}, &Middle{}, service.Trace(inside))
	s := dial(t, w, rpc.WithTracer(outside))
	want := map[string]string{"traceparent": parent}
	have, err := decoded[map[string]string](s.Proxy("").Call(await.Within(t), "middle.data"))
	if diff := cmp.Diff(want, have); diff != "" || err != nil {
		t.Errorf("have error %v and context data (-want +have):\n%s", err, diff)
	}
	_ = callErr(t, s, "middle.data", 1, 2)
	outside.want(t, "rpc middle.data", "rpc middle.data invalid")
	inside.want(t, "rpc trail.data")
}

func TestTracerSeesDurableCallsAndSubjects(t *testing.T) {
	t.Parallel()
	tracer := new(scribe)
	w := svctest.New(t, &Trail{})
	s := dial(t, w, rpc.WithTracer(tracer))
	job, err := rpc.JobOf[rpc.None, map[string]string](s, "trail.data")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := job.Submit(await.Within(t), rpc.None{}); err != nil {
		t.Fatal(err)
	}
	_, _ = s.Proxy("").Ask(await.Within(t), "nobody.here", rpc.JSON("{}"))
	tracer.want(t, "job trail.data", "subject nobody.here internal")
}

func TestTraceOfAPlainClientArrives(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &Trail{})
	for _, tt := range []struct{ name, header, key string }{
		{"as the standard writes it", "traceparent", "traceparent"},
		{"as HTTP writes it", "Traceparent", "traceparent"},
		{"its state", "tracestate", "tracestate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			nc := plain.Conn(t, w.Broker().URL())
			answer := request(t, nc, "svc.rpc.trail.data", "", tt.header, parent, "Content-Type", "application/json")
			if want := `{"` + tt.key + `":"` + parent + `"}`; string(answer.Data) != want {
				t.Errorf("have %s, want %s", answer.Data, want)
			}
		})
	}
}
