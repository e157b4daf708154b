package events_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// Events that come again without an error run one at a time; those that wait for that
// must not keep workers from other events.
func TestEventsOfAKilledInstanceTakeTurnsAndHoldUpNoOther(t *testing.T) {
	b, entered := svctest.NewBroker(t), make(chan int, 4)
	first := probe(``, func(ctx context.Context, _ Payment) error {
		entered <- 1
		<-ctx.Done()
		return ctx.Err()
	})
	a, _ := app(t, b.URL(), "workers: 4", first)
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	d := dial(t, b, "payments").Dispatcher()
	for _, payment := range payments(4) {
		emit(t, d, "paid", payment)
		await.Take(t, entered)
	}
	release, together := make(chan int), atomic.Int64{}
	second := probe(``, func(_ context.Context, p Payment) error {
		if p.Order == "innocent" {
			return nil
		}
		if n := together.Add(1); n > 1 {
			t.Errorf("have %d events of the killed instance at once, want one", n)
		}
		<-release
		together.Add(-1)
		return nil
	})
	run(t, b.URL(), "workers: 4", second)
	a.Kill()
	_ = a.Stop(await.Within(t)) // it says that calls were cancelled
	seen := map[string]bool{second.book.orders(t, 1)[0]: true}
	emit(t, d, "paid", Payment{Order: "innocent"})
	if have := second.book.orders(t, 1)[0]; have != "innocent" {
		t.Errorf("have %s beside an event of the killed instance, want the innocent one", have)
	}
	for range 3 {
		release <- 1
		seen[second.book.orders(t, 1)[0]] = true
	}
	release <- 1
	if len(seen) != 4 {
		t.Errorf("have %v, want each of the four", seen)
	}
}
