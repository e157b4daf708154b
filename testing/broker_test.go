package svctest_test

import (
	"context"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// reachable waits until a method answers again.
func reachable(t *testing.T, s *rpc.Standalone, target string) {
	t.Helper()
	await.Until(t, target+" answers", func() bool {
		try, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // a call sent into a dying connection is lost
		defer cancel()
		_, err := s.Proxy("").Call(try, target)
		return err == nil
	})
}

func TestBrokerRestartsAtTheSamePlace(t *testing.T) {
	t.Parallel()
	w := shop(t)
	url := w.Broker().URL()
	for range 2 {
		w.Broker().Stop()
		w.Broker().Restart()
		if got := w.Broker().URL(); got != url {
			t.Errorf("have %s, want %s", got, url)
		}
		reachable(t, w.Client(), "shop.total")
	}
}

func TestWorldBeginsAndEndsWithoutItsBroker(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	b.Stop()
	started := time.Now()
	var inner tb
	w := shop(&inner, b)
	b.Restart()
	reachable(t, w.Client(), "shop.total")
	b.Stop()
	b.Stop()
	inner.end()
	if took := time.Since(started); took > await.Patience {
		t.Errorf("all of it took %v", took)
	}
}

func TestBrokersAreApart(t *testing.T) {
	one, two := shop(t), svctest.New(t, &Counting{})
	if one.Broker().URL() == two.Broker().URL() {
		t.Error("two worlds share a broker")
	}
	if names, err := two.Client().Connection().Services(await.Within(t)); err != nil || len(names) != 1 || names[0] != "counting" {
		t.Errorf("have %v, %v, want counting only", names, err)
	}
}

func TestWorldsOnOneBrokerEndInAnyOrder(t *testing.T) {
	b := svctest.NewBroker(t)
	var first, second tb
	shop(&first, b)
	w := svctest.New(&second, b, &Counting{})
	first.end()
	if got := svctest.Call[int](w, "counting.count", 3); got != 3 {
		t.Errorf("have %d, want 3", got)
	}
	second.end()
	if first.logged+second.logged != "" {
		t.Errorf("have words at the end: %s%s", first.logged, second.logged)
	}
}
