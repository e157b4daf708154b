package broker_test

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// streamOf is a stream that is not made by us.
func streamOf(name string) jetstream.StreamConfig {
	return jetstream.StreamConfig{Name: name, Subjects: []string{name + ".>"}, Retention: jetstream.WorkQueuePolicy}
}

// consume receives on so many slots.
func consume(t *testing.T, q *broker.Stream, slots int, f func(*broker.Delivery)) *broker.Consumer {
	t.Helper()
	c, err := q.Receive(await.Within(t), broker.ConsumerConfig{Name: "workers", Slots: func() int { return slots }}, f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(await.Within(t)); err != nil {
			t.Errorf("stop of the consumer: %v", err)
		}
	})
	return c
}

func into(c chan<- *broker.Delivery) func(*broker.Delivery) {
	return func(d *broker.Delivery) { c <- d }
}

func TestDeliveriesComeAndAreGoneOnceAcknowledged(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			q := queue(t, on.Conn, on.name)
			first := store(t, q, on.name+".a", "1")
			got := make(chan *broker.Delivery, 10)
			consume(t, q, 2, into(got))
			second := store(t, q, on.name+".a", "2")
			for i, want := range []broker.Stored{first, second} {
				d := await.Take(t, got)
				if d.Sequence != want.Sequence || d.Attempt != 0 || string(d.Msg.Data) != strconv.Itoa(i+1) || time.Since(d.Stored).Abs() > time.Minute {
					t.Errorf("have %d, attempt %d, %q stored at %v, want %d", d.Sequence, d.Attempt, d.Msg.Data, d.Stored, want.Sequence)
				}
				if err := d.Confirm(await.Within(t)); err != nil {
					t.Errorf("confirm: %v", err)
				}
				if err := d.Nak(0); err != nil { // the first word counts
					t.Errorf("nak: %v", err)
				}
				if _, found, err := q.At(await.Within(t), want.Sequence); found || err != nil {
					t.Errorf("have it still: %v, %v", found, err)
				}
			}
		})
	}
}

func TestConsumerNeverHoldsMoreThanItsSlots(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			q := queue(t, on.Conn, on.name)
			const count, slots = 60, 3
			for i := range count {
				store(t, q, on.name+".a", strconv.Itoa(i))
			}
			var held, most atomic.Int64
			done := make(chan struct{}, count)
			consume(t, q, slots, func(d *broker.Delivery) {
				if n := held.Add(1); n > most.Load() {
					most.Store(n)
				}
				go func() {
					held.Add(-1)
					if err := d.Ack(); err != nil {
						t.Error(err)
					}
					done <- struct{}{}
				}()
			})
			for range count {
				await.Take(t, done)
			}
			if most.Load() > slots {
				t.Errorf("have %d held at once, want at most %d", most.Load(), slots)
			}
		})
	}
}

// What one has fetched beyond its slots is what another waits for in vain.
func TestConsumerLeavesWhatItHasNoSlotForToOthers(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			q := queue(t, on.Conn, on.name)
			for i := range 10 {
				store(t, q, on.name+".a", strconv.Itoa(i))
			}
			full, got := make(chan *broker.Delivery, 10), make(chan *broker.Delivery, 10)
			consume(t, q, 3, into(full))
			held := []*broker.Delivery{await.Take(t, full), await.Take(t, full), await.Take(t, full)}
			consume(t, q, 10, into(got))
			for range 7 {
				_ = await.Take(t, got).Ack()
			}
			for _, d := range held {
				_ = d.Ack()
			}
			if len(full) > 0 {
				t.Errorf("have %d more than 3 slots", len(full))
			}
		})
	}
}

func TestOneWithoutSlotsAsksForNothing(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	q := queue(t, c, "q")
	none, got := make(chan *broker.Delivery, 10), make(chan *broker.Delivery, 10)
	consume(t, q, 0, into(none))
	consume(t, q, 1, into(got))
	for i := range 5 {
		store(t, q, "q.a", strconv.Itoa(i))
		_ = await.Take(t, got).Ack()
	}
	if len(none) > 0 {
		t.Errorf("have %d deliveries without a slot", len(none))
	}
}

func TestHeldDeliveryIsNotGivenToAnother(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	q := queue(t, c, "q")
	got := make(chan *broker.Delivery, 10)
	for range 2 {
		held, err := q.Receive(await.Within(t), broker.ConsumerConfig{
			Name: "workers", AckWait: 300 * time.Millisecond, Slots: func() int { return 5 },
		}, into(got))
		if err != nil {
			t.Fatal(err)
		}
		defer held.Stop(t.Context()) //nolint:errcheck // what matters is what came before
	}
	store(t, q, "q.a", "1")
	d := await.Take(t, got)
	select {
	case again := <-got:
		t.Errorf("have it again, attempt %d, while it is held", again.Attempt)
	case <-time.After(time.Second): // more than three times as long as the broker waits
	}
	_ = d.Ack()
}

func TestGivenBackDeliveryComesAgain(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			q := queue(t, on.Conn, on.name)
			got := make(chan *broker.Delivery, 10)
			consume(t, q, 1, into(got))
			store(t, q, on.name+".a", "1")
			if err := await.Take(t, got).Nak(0); err != nil {
				t.Fatal(err)
			}
			d := await.Take(t, got)
			if d.Attempt != 1 {
				t.Errorf("have attempt %d, want 1", d.Attempt)
			}
			began := time.Now()
			if err := d.Nak(300 * time.Millisecond); err != nil {
				t.Fatal(err)
			}
			if d = await.Take(t, got); d.Attempt != 2 || time.Since(began) < 250*time.Millisecond {
				t.Errorf("have attempt %d after %v, want 2 after 300 ms", d.Attempt, time.Since(began))
			}
			if err := d.Term(); err != nil {
				t.Fatal(err)
			}
			await.Until(t, "gone", func() bool { _, found, err := q.At(await.Within(t), d.Sequence); return !found && err == nil })
		})
	}
}

// A consumer that gives back before it has ended to ask gets it back itself, and
// nobody works on it until the broker has waited for it.
func TestStoppedConsumerGivesBackToAnotherAtOnce(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			q := queue(t, on.Conn, on.name)
			old, got := make(chan *broker.Delivery, 10), make(chan *broker.Delivery, 10)
			leaving := consume(t, q, 5, into(old))
			store(t, q, on.name+".a", "1")
			await.Take(t, old)
			began := time.Now()
			if err := leaving.Stop(await.Within(t)); err != nil {
				t.Fatal(err)
			}
			consume(t, q, 5, into(got))
			d := await.Take(t, got)
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("have it after %v, want it at once", took)
			}
			_ = d.Ack()
			if len(old) > 0 {
				t.Error("the consumer that stopped received it again")
			}
		})
	}
}

func TestDrainedConsumerKeepsWhatItHolds(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	q := queue(t, c, "q")
	old, got := make(chan *broker.Delivery, 10), make(chan *broker.Delivery, 10)
	leaving := consume(t, q, 5, into(old))
	first := store(t, q, "q.a", "1")
	d := await.Take(t, old)
	if err := leaving.Drain(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	consume(t, q, 5, into(got))
	second := store(t, q, "q.a", "2")
	if other := await.Take(t, got); other.Sequence != second.Sequence {
		t.Errorf("have %d, want %d, the other is held", other.Sequence, second.Sequence)
	}
	if err := d.Confirm(await.Within(t)); err != nil {
		t.Error(err)
	}
	if _, found, err := q.At(await.Within(t), first.Sequence); found || err != nil || leaving.Held() > 0 {
		t.Errorf("have it still: %v, %v, %d held", found, err, leaving.Held())
	}
}
