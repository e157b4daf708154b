package broker_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestConsumerSurvivesARestart(t *testing.T) {
	b := svctest.NewBroker(t)
	c, j := dial(t, b.URL())
	q := queue(t, c, "q")
	got := make(chan *broker.Delivery, 10)
	consume(t, q, 3, into(got))
	held := store(t, q, "q.a", "held")
	d := take(t, got)
	for i := range 3 {
		b.Stop()
		eventually(t, "disconnected", func() bool { return j.has("connection to broker lost") })
		if i == 0 { // told as soon as there is somebody to tell
			if err := d.Ack(); err != nil {
				t.Error(err)
			}
		}
		b.Restart()
		id := strconv.Itoa(i)
		s := store(t, q, "q.a", id)
		if d := take(t, got); d.Sequence != s.Sequence || d.Ack() != nil {
			t.Errorf("have %d, want %d", d.Sequence, s.Sequence)
		}
	}
	eventually(t, "acknowledged", func() bool { _, _, found, err := q.Look(within(t), held.Sequence); return !found && err == nil })
}

// cut is what is left of a process that was killed: its connection is gone and
// nothing was said.
func TestDeliveryOfADeadProcessGoesToAnother(t *testing.T) {
	url := svctest.NewBroker(t).URL()
	dying, _ := dial(t, url)
	held := make(chan *broker.Delivery, 1)
	q := queue(t, dying, "q")
	if _, err := q.Receive(within(t), broker.ConsumerConfig{Name: "workers", Slots: func() int { return 5 }}, into(held)); err != nil {
		t.Fatal(err)
	}
	store(t, q, "q.a", "1")
	lost := take(t, held)
	t.Cleanup(func() { _ = lost.Ack() })
	stop(t, dying)
	died := time.Now()

	living, _ := dial(t, url)
	got := make(chan *broker.Delivery, 1)
	consume(t, queue(t, living, "q"), 5, into(got))
	select {
	case d := <-got:
		if took := time.Since(died); took < time.Second || d.Attempt != 1 {
			t.Errorf("have it after %v, attempt %d", took, d.Attempt)
		}
		_ = d.Ack()
	case <-time.After(6 * time.Second):
		t.Error("have nothing after 6 s")
	}
}

func TestDeletedConsumerIsMadeAgain(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			url := start(t)
			name := fresh(t, url)
			c, _ := dial(t, url)
			q := queue(t, c, name)
			got := make(chan *broker.Delivery, 10)
			consume(t, q, 3, into(got))
			store(t, q, name+".a", "1")
			_ = take(t, got).Ack()
			js := tool(t, url)
			if err := js.DeleteConsumer(within(t), name, "workers"); err != nil {
				t.Fatal(err)
			}
			store(t, q, name+".a", "2")
			_ = take(t, got).Ack()
			if err := js.DeleteStream(within(t), name); err != nil {
				t.Fatal(err)
			}
			store(t, q, name+".a", "3")
			_ = take(t, got).Ack()
		})
	}
}
