package events_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// Two instances handle events of twenty keys, and each event fails the first time.
func TestEventsOfOneKeyAreHandledInOrderAlsoThroughRetries(t *testing.T) {
	const keys, each = 20, 5
	b, done := svctest.NewBroker(t), make(chan Payment, keys*each)
	failed := make(chan map[Payment]bool, 1)
	failed <- map[Payment]bool{}
	handle := func(_ context.Context, p Payment) error {
		seen := <-failed
		defer func() { failed <- seen }()
		if !seen[p] {
			seen[p] = true
			return errDeclined
		}
		done <- p
		return nil
	}
	for range 2 {
		svctest.New(t, b, probe(`ordered:"order" backoff:"1ms"`, handle))
	}
	d := dial(t, b, "payments").Dispatcher()
	for n := range each {
		for key := range keys {
			emit(t, d, "paid", Payment{Order: fmt.Sprint("o", key), Amount: n}, events.KeyBy("order"))
		}
	}
	next := map[string]int{}
	for range keys * each {
		p := await.Take(t, done)
		if p.Amount != next[p.Order] {
			t.Errorf("have %+v, want the one with %d first", p, next[p.Order])
		}
		next[p.Order]++
	}
}

func TestOrderedHandlerKeepsTheOrderOfEventsWithoutAKey(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`ordered:"order"`, nil)
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	for _, payment := range payments(20) {
		emit(t, d, "paid", payment)
	}
	for i, order := range p.book.orders(t, 20) {
		if order != fmt.Sprintf("o%d", i) {
			t.Errorf("have %s, want o%d", order, i)
		}
	}
}
