package broker_test

import (
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

// receive receives until the test ends.
func receive(t *testing.T, s *broker.Stream, config broker.ConsumerConfig, f func(*broker.Delivery)) *broker.Consumer {
	t.Helper()
	c, err := s.Receive(await.Within(t), config, f)
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

func ten() int { return 10 }

// settings returns how the broker has made a consumer.
func settings(t *testing.T, on site, consumer string) jetstream.ConsumerConfig {
	t.Helper()
	c, err := plain.JetStream(t, on.url).Consumer(await.Within(t), on.name, consumer)
	if err != nil {
		t.Fatal(err)
	}
	return c.CachedInfo().Config
}

func TestConsumerFromNowReceivesOnlyWhatComes(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			s := kept(t, on)
			now, all := make(chan *broker.Delivery, 10), make(chan *broker.Delivery, 10)
			receive(t, s, broker.ConsumerConfig{Name: "now", FromNow: true, Slots: ten}, into(now))
			receive(t, s, broker.ConsumerConfig{Name: "all", Slots: ten}, into(all))
			fifth := store(t, s, on.name+".a.3", "5")
			if d := await.Take(t, now); d.Sequence != fifth.Sequence || d.Ack() != nil {
				t.Errorf("have %d, want %d", d.Sequence, fifth.Sequence)
			}
			for want := range uint64(5) {
				if d := await.Take(t, all); d.Sequence != want+1 || d.Ack() != nil {
					t.Errorf("have %d, want %d", d.Sequence, want+1)
				}
			}
		})
	}
}

// With one delivery at a time a message is not overtaken while it waits to come
// again.
func TestConsumerThatHoldsOneKeepsOrder(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			s := kept(t, on)
			got := make(chan *broker.Delivery, 10)
			config := broker.ConsumerConfig{Name: "ordered", MaxHeld: 1, Slots: ten}
			receive(t, s, config, into(got))
			receive(t, s, config, into(got))
			var order []uint64
			for len(order) < 7 {
				d := await.Take(t, got)
				order = append(order, d.Sequence)
				settle := d.Ack
				if d.Attempt == 0 && d.Sequence != 2 {
					settle = func() error { return d.Nak(50 * time.Millisecond) }
				}
				if err := settle(); err != nil {
					t.Error(err)
				}
			}
			if want := []uint64{1, 1, 2, 3, 3, 4, 4}; !slices.Equal(order, want) {
				t.Errorf("have %v, want %v", order, want)
			}
		})
	}
}

func TestConsumerIsMadeAsItIsConfigured(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			s := kept(t, on)
			receive(t, s, broker.ConsumerConfig{Name: "usual", Slots: ten}, func(*broker.Delivery) {})
			receive(t, s, broker.ConsumerConfig{
				Name: "other", Filter: on.name + ".a.*", AckWait: time.Second, MaxHeld: 7, FromNow: true, Idle: time.Minute, Note: "n", Slots: ten,
			}, nil)
			if have := settings(t, on, "usual"); have.AckWait != 5*time.Second || have.MaxAckPending != 100_000 || have.InactiveThreshold != 0 ||
				have.DeliverPolicy != jetstream.DeliverAllPolicy || have.MaxDeliver != -1 || have.FilterSubject != "" {
				t.Errorf("have %+v", have)
			}
			if have := settings(t, on, "other"); have.AckWait != time.Second || have.MaxAckPending != 7 || have.InactiveThreshold != time.Minute ||
				have.DeliverPolicy != jetstream.DeliverNewPolicy || have.Description != "n" || have.FilterSubject != on.name+".a.*" {
				t.Errorf("have %+v", have)
			}
		})
	}
}

func TestIdleConsumerIsForgotten(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			s := kept(t, on)
			idle := broker.ConsumerConfig{Name: "idle", Idle: 500 * time.Millisecond, Slots: ten}
			c, err := s.Receive(await.Within(t), idle, func(*broker.Delivery) {})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Stop(await.Within(t)); err != nil {
				t.Fatal(err)
			}
			await.Until(t, "it is forgotten", func() bool {
				_, found, err := s.Consumer(await.Within(t), "idle")
				return err == nil && !found
			})
		})
	}
}

func TestNewerConsumerSupersedesAnOlder(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			s := kept(t, on)
			var asked []string
			newer := func(note string) bool { asked = append(asked, note); return note < "2" }
			for _, tt := range []struct {
				note       string
				held       int
				supersedes func(string) bool
				wantNote   string
				wantHeld   int
			}{
				{"1", 1, nil, "1", 1}, // it is made
				{"2", 2, nil, "1", 1},
				{"2", 3, newer, "2", 3},
				{"2", 4, newer, "2", 3}, // the same
				{"1", 5, newer, "2", 3}, // an older one
			} {
				receive(t, s, broker.ConsumerConfig{
					Name: "c", Note: tt.note, MaxHeld: tt.held, AckWait: time.Duration(tt.held) * time.Second, Idle: time.Duration(tt.held) * time.Hour,
					Supersedes: tt.supersedes, Slots: func() int { return 0 },
				}, nil)
				have := settings(t, on, "c")
				if have.Description != tt.wantNote || have.MaxAckPending != tt.wantHeld ||
					have.AckWait != time.Duration(tt.wantHeld)*time.Second || have.InactiveThreshold != time.Duration(tt.wantHeld)*time.Hour {
					t.Errorf("%+v: have %+v", tt, have)
				}
			}
			if want := []string{"1", "2"}; !slices.Equal(asked, want) {
				t.Errorf("have it asked about %q, want %q", asked, want)
			}
		})
	}
}
