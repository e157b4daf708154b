package events_test

import (
	"context"
	"testing"
	"time"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestCloseDoesNotWaitForABrokerThatIsAway(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	s, err := events.Dial(b.URL(), "tool")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if s.Connection().Await(ctx) == nil {
		t.Fatal("have a connection to a broker that is away")
	}
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	if err := await.Take(t, closed); err != nil {
		t.Error(err)
	}
}

func TestEventOfLaterOfAProgramThatHasEndedIsNotLate(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	svctest.New(t, b, p)
	s, err := events.Dial(b.URL(), "payments")
	if err != nil {
		t.Fatal(err)
	}
	emit(t, s.Dispatcher(), "paid", Payment{Order: "o1"}, events.After(50*time.Millisecond))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	p.book.orders(t, 1)
}
