package broker_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// until waits until a consumer is in a state.
func until(t *testing.T, s *broker.Stream, consumer, what string, ok func(broker.ConsumerState) bool) {
	t.Helper()
	await.Until(t, what, func() bool {
		state, found, err := s.Consumer(await.Within(t), consumer)
		return err == nil && found && ok(state)
	})
}

// fill stores so many messages more.
func fill(t *testing.T, s *broker.Stream, subject string, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		store(t, s, subject, strconv.Itoa(i))
	}
}

func takeAll(t *testing.T, got <-chan *broker.Delivery, count int) []*broker.Delivery {
	t.Helper()
	all := make([]*broker.Delivery, count)
	for i := range all {
		all[i] = await.Take(t, got)
	}
	return all
}

func ackAll(t *testing.T, all []*broker.Delivery) {
	t.Helper()
	for _, d := range all {
		if err := d.Ack(); err != nil {
			t.Error(err)
		}
	}
}

func TestRequestsStandSideBySideForAllFreeSlotsAndNoMore(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			s := queue(t, on.Conn, on.name)
			got := make(chan *broker.Delivery, 100)
			c := receive(t, s, broker.ConsumerConfig{Name: "c", Slots: ten}, into(got))
			fill(t, s, on.name+".a", 0, 10)
			held := takeAll(t, got, 10)
			ackAll(t, held[:4])
			until(t, s, "c", "a request stands", func(s broker.ConsumerState) bool { return s.Waiting >= 1 && s.Held == 6 })
			ackAll(t, held[4:])
			until(t, s, "c", "several stand", func(s broker.ConsumerState) bool { return s.Waiting >= 2 && s.Held == 0 })
			fill(t, s, on.name+".a", 10, 25)
			held = takeAll(t, got, 10)
			until(t, s, "c", "no more than the slots are held, and no request stands", func(s broker.ConsumerState) bool {
				return s.Held == 10 && s.Pending == 5 && s.Waiting == 0
			})
			ackAll(t, held)
			ackAll(t, takeAll(t, got, 5))
			if c.Held() > 0 || len(got) > 0 {
				t.Errorf("have %d held and %d more", c.Held(), len(got))
			}
		})
	}
}

func TestFreedSlotLetsAnotherDeliveryCome(t *testing.T) {
	on := brokers["in process"](t)
	s := queue(t, on.Conn, on.name)
	got := make(chan *broker.Delivery, 300)
	c := receive(t, s, broker.ConsumerConfig{Name: "c", Slots: func() int { return 1 }}, into(got))
	fill(t, s, on.name+".a", 0, 110)
	var held []*broker.Delivery
	for range 100 {
		d := await.Take(t, got)
		d.FreeSlot()
		d.FreeSlot() // frees no second one
		held = append(held, d)
	}
	last := await.Take(t, got)
	last.FreeSlot() // one too many
	until(t, s, "c", "no request stands", func(s broker.ConsumerState) bool { return s.Waiting == 0 && s.Held == 101 && s.Pending == 9 })
	if c.Held() != 101 || len(got) > 0 {
		t.Errorf("have %d held and %d more, want 101", c.Held(), len(got))
	}
	ackAll(t, held)
	until(t, s, "c", "the last has the only slot", func(s broker.ConsumerState) bool { return s.Waiting == 0 && s.Held == 1 && s.Pending == 9 })
	last.FreeSlot()
	ackAll(t, []*broker.Delivery{last, await.Take(t, got)})
	for range 8 {
		_ = await.Take(t, got).Ack()
	}
	until(t, s, "c", "all are acknowledged", func(s broker.ConsumerState) bool { return s.Held == 0 && s.Pending == 0 })
}

// Where a stream keeps only what somebody wants, what comes between the two is
// lost, but no more than that.
func TestDeletedConsumerFromNowIsMadeAgain(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			js := plain.JetStream(t, on.url)
			s := queue(t, on.Conn, on.name, func(w *broker.StreamConfig) { w.Keep = broker.KeepWhileWanted })
			got := make(chan *broker.Delivery, 100)
			receive(t, s, broker.ConsumerConfig{Name: "c", FromNow: true, Slots: ten}, into(got))
			for i, lose := range []func(context.Context) error{
				func(context.Context) error { return nil },
				func(ctx context.Context) error { return js.DeleteConsumer(ctx, on.name, "c") },
				func(ctx context.Context) error { return js.DeleteStream(ctx, on.name) },
			} {
				remove(t, lose)
				until(t, s, "c", "it is there", func(s broker.ConsumerState) bool { return s.Waiting > 0 })
				stored := store(t, s, on.name+".a", time.Now().String())
				if d := await.Take(t, got); d.Sequence != stored.Sequence || d.Ack() != nil {
					t.Errorf("%d: have %d, want %d", i, d.Sequence, stored.Sequence)
				}
			}
		})
	}
}
