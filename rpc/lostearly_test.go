package rpc_test

import (
	"context"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Red where a service that nobody of was there to ask of is let alone for good: its
// only instance was lost before it had spoken of any call.
func TestCallThatIsLostWithTheOnlyInstanceIsTakenUpByTheNext(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	log := newRuns(func(ctx context.Context, _ run) error { <-ctx.Done(); return ctx.Err() })
	first := instanceOf(t, b, &Bench{id: "a", log: log}, "workers: 4")
	s := dialTo(t, b, rpc.WithTimeout(await.Patience))
	p := s.Proxy("bench").Async(await.Within(t), "run", 99)
	await.Take(t, log.started)
	first.vanish()
	asked := time.NewTimer(600 * time.Millisecond) // it has been asked for in vain
	<-asked.C
	instanceOf(t, b, &Bench{id: "b", log: newRuns(func(context.Context, run) error { return nil })}, "workers: 4")
	if _, err := p.Result(await.Within(t)); err != nil {
		t.Errorf("have %v, want an answer of the next instance", err)
	}
}
