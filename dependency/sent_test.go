package dependency_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
)

func TestSentKnowsWhatIsDeclaredAndWhatWasSent(t *testing.T) {
	t.Parallel()
	var s dependency.Sent
	s.To(dependency.Outgoing{Kind: "rpc", Target: "stock.take"})
	charge := dependency.Outgoing{Kind: "rpc", Target: "payments.charge"}
	placed := dependency.Outgoing{Kind: "event", Target: "orders.placed"}
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			s.To(charge).Count(nil)
			s.To(charge).Count(errors.New("declined"))
			s.To(placed).Count(nil)
		})
	}
	all.Wait()
	want := []dependency.Target{
		{Outgoing: placed, Requests: 100},
		{Outgoing: charge, Requests: 200, Errors: 100},
		{Outgoing: dependency.Outgoing{Kind: "rpc", Target: "stock.take"}},
	}
	if diff := cmp.Diff(want, s.Targets()); diff != "" {
		t.Errorf("targets (-want +have):\n%s", diff)
	}
}

func TestSentTellsOnlySoManyTargetsApart(t *testing.T) {
	t.Parallel()
	var s dependency.Sent
	first := dependency.Outgoing{Kind: "http", Target: "GET host-0"}
	for i := range 10_000 {
		s.To(dependency.Outgoing{Kind: "http", Target: fmt.Sprint("GET host-", i)}).Count(nil)
	}
	if n := len(s.Targets()); n != 500 {
		t.Errorf("have %d targets, want 500", n)
	}
	if s.To(first) == nil {
		t.Error("a target from before is not counted any more")
	}
}

func TestNobodyCountsWithoutASent(t *testing.T) {
	t.Parallel()
	var s *dependency.Sent
	s.To(dependency.Outgoing{Kind: "rpc", Target: "a.b"}).Count(nil)
	if s.Targets() != nil {
		t.Error("nil has targets")
	}
}
