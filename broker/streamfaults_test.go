package broker_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestConsumerSurvivesARestart(t *testing.T) {
	b := svctest.NewBroker(t)
	c, j := dial(t, b.URL())
	q := queue(t, c, "q")
	got := make(chan *broker.Delivery, 10)
	consume(t, q, 3, into(got))
	held := store(t, q, "q.a", "held")
	d := await.Take(t, got)
	for i := range 3 {
		b.Stop()
		await.Until(t, "disconnected", func() bool { return j.has("connection to broker lost") })
		if i == 0 { // told as soon as there is somebody to tell
			if err := d.Ack(); err != nil {
				t.Error(err)
			}
		}
		b.Restart()
		id := strconv.Itoa(i)
		s := store(t, q, "q.a", id)
		if d := await.Take(t, got); d.Sequence != s.Sequence || d.Ack() != nil {
			t.Errorf("have %d, want %d", d.Sequence, s.Sequence)
		}
	}
	await.Until(t, "acknowledged", func() bool { _, found, err := q.At(await.Within(t), held.Sequence); return !found && err == nil })
}

// cut is what is left of a process that was killed: its connection is gone and
// nothing was said.
func TestDeliveryOfADeadProcessGoesToAnother(t *testing.T) {
	url := svctest.NewBroker(t).URL()
	dying, _ := dial(t, url)
	held := make(chan *broker.Delivery, 1)
	q := queue(t, dying, "q")
	if _, err := q.Receive(await.Within(t), broker.ConsumerConfig{Name: "workers", Slots: func() int { return 5 }}, into(held)); err != nil {
		t.Fatal(err)
	}
	store(t, q, "q.a", "1")
	lost := await.Take(t, held)
	t.Cleanup(func() { _ = lost.Ack() })
	stop(t, dying)
	died := time.Now()

	living, _ := dial(t, url)
	got := make(chan *broker.Delivery, 1)
	consume(t, queue(t, living, "q"), 5, into(got))
	d := await.Take(t, got, 6*time.Second)
	if took := time.Since(died); took < time.Second || d.Attempt != 1 {
		t.Errorf("have it after %v, attempt %d", took, d.Attempt)
	}
	_ = d.Ack()
}

func TestDeletedConsumerIsMadeAgain(t *testing.T) {
	for kind, start := range brokers {
		t.Run(kind, func(t *testing.T) {
			on := start(t)
			q := queue(t, on.Conn, on.name)
			got := make(chan *broker.Delivery, 10)
			consume(t, q, 3, into(got))
			store(t, q, on.name+".a", "1")
			_ = await.Take(t, got).Ack()
			js := plain.JetStream(t, on.url)
			remove(t, func(ctx context.Context) error { return js.DeleteConsumer(ctx, on.name, "workers") })
			store(t, q, on.name+".a", "2")
			_ = await.Take(t, got).Ack()
			remove(t, func(ctx context.Context) error { return js.DeleteStream(ctx, on.name) })
			store(t, q, on.name+".a", "3")
			_ = await.Take(t, got).Ack()
		})
	}
}

// What is on its way while a process has no more time to wait for the broker must not
// be kept from the others until the broker misses it.
func TestStopGivesBackWhatCameAfterADrainThatWasCutShort(t *testing.T) {
	url := svctest.NewBroker(t).URL()
	way := plain.NewWire(t, url)
	near, _ := dial(t, way.URL())
	far, _ := dial(t, url)
	q, there := queue(t, near, "q"), queue(t, far, "q")
	patient := broker.ConsumerConfig{Name: "workers", AckWait: time.Minute, Slots: func() int { return 5 }}
	leaving, err := q.Receive(await.Within(t), patient, func(*broker.Delivery) {})
	if err != nil {
		t.Fatal(err)
	}
	until(t, there, "workers", "it asks", func(s broker.ConsumerState) bool { return s.Waiting > 0 })
	_, release := way.HoldUp()
	store(t, there, "q.a", "1")
	until(t, there, "workers", "it is on its way", func(s broker.ConsumerState) bool { return s.Held == 1 })
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if err := leaving.Drain(late); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want that it was cut short", err)
	}
	release()
	if err := leaving.Stop(await.Within(t)); err != nil {
		t.Error(err)
	}
	got := make(chan *broker.Delivery, 1)
	other, err := there.Receive(await.Within(t), patient, into(got))
	if err != nil {
		t.Fatal(err)
	}
	_ = await.Take(t, got).Ack()
	if err := other.Stop(await.Within(t)); err != nil {
		t.Error(err)
	}
}
