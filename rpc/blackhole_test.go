package rpc_test

import (
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Red with code that tries again through the queue group: the instance whose network
// is a black hole gets its share of every attempt.
func TestCallsOfAnInstanceInABlackHoleRunElsewhere(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	all := benches(t, b, newRuns(takes(0)), 2, 10)
	client := dialTo(t, b).Proxy("bench")
	_, release := all[0].wire.HoldUp()
	defer release()
	var calls []*rpc.Pending[rpc.Result]
	for n := range 40 {
		calls = append(calls, client.Async(await.Within(t, 3*await.Patience), "run", n))
	}
	for n, call := range calls {
		if on, err := ranOn(t, call); err != nil || on != "b" {
			t.Errorf("call %d: have %q and %v, want an answer of b", n, on, err)
		}
	}
}

// Red where Start returns before the broker has the subscriptions.
func TestServiceThatHasStartedIsReachable(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	nc := plain.Conn(t, b.URL())
	for n := range 20 {
		i := instanceOf(t, b, &Bench{id: "a", log: newRuns(takes(0))}, "")
		if _, err := nc.RequestWithContext(await.Within(t), "svc.rpc.bench.run", []byte("1")); err != nil {
			t.Errorf("start %d: have %v, want an answer to the first call", n, err)
		}
		i.stop()
	}
}
