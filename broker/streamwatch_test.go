package broker_test

import (
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
)

// Nothing else notices it for the next 15 s.
func TestDeafConsumerIsRevived(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			conn, j := dial(t, on.url)
			s := queue(t, conn, on.name)
			got := make(chan *broker.Delivery, 10)
			c := receive(t, s, broker.ConsumerConfig{Name: "c", Slots: ten}.WatchEvery(300*time.Millisecond), into(got))
			store(t, s, on.name+".a", "1")
			_ = await.Take(t, got).Ack()
			c.Deafen()
			second := store(t, s, on.name+".a", "2")
			if d := await.Take(t, got); d.Sequence != second.Sequence || d.Ack() != nil {
				t.Errorf("have %d, want %d", d.Sequence, second.Sequence)
			}
			if c.Revived() != 1 || !j.has("messages are pending and none is delivered") {
				t.Errorf("have it revived %d times, want once and a warning", c.Revived())
			}
			store(t, s, on.name+".a", "3")
			_ = await.Take(t, got).Ack()
		})
	}
}

// Who waits for a good reason is left alone.
func TestConsumerThatMayNotHaveMoreIsNotRevived(t *testing.T) {
	for name, config := range map[string]broker.ConsumerConfig{
		"others hold all that may be held": {MaxHeld: 1, Slots: ten},
		"no slot":                          {Slots: func() int { return 1 }},
	} {
		t.Run(name, func(t *testing.T) {
			on := brokers["in process"](t)
			s := queue(t, on.Conn, on.name)
			config.Name = "c"
			got := make(chan *broker.Delivery, 10)
			c := receive(t, s, config.WatchEvery(50*time.Millisecond), into(got))
			store(t, s, on.name+".a", "1")
			store(t, s, on.name+".a", "2")
			d := await.Take(t, got)
			select {
			case d := <-got:
				t.Errorf("have %d, want nothing", d.Sequence)
			case <-time.After(500 * time.Millisecond): // ten looks
			}
			if c.Revived() > 0 {
				t.Errorf("have it revived %d times", c.Revived())
			}
			_ = d.Ack()
			_ = await.Take(t, got).Ack()
		})
	}
}
