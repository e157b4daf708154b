package role_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// stored returns how many messages a stream holds.
func (s *site) stored(stream string) uint64 {
	s.t.Helper()
	of, err := s.js.Stream(s.t.Context(), stream)
	if err != nil {
		s.t.Fatal(err)
	}
	info, err := of.Info(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return info.State.Msgs
}

// change gives the consumer another configuration.
func (s *site) change(c jetstream.ConsumerConfig) {
	s.t.Helper()
	c.Durable, c.AckPolicy, c.AckWait = "naive", jetstream.AckExplicitPolicy, naiveWait
	var err error
	if s.consumer, err = s.js.CreateOrUpdateConsumer(s.t.Context(), "NAIVE", c); err != nil {
		s.t.Fatal(err)
	}
}

// The event is neither handled nor dead: it stays in the stream, and nobody is told.
func TestNaiveMaxDeliverLeavesAnOrphan(t *testing.T) {
	s := newSite(t)
	s.change(jetstream.ConsumerConfig{MaxDeliver: 2})
	s.publish("one")
	for range 2 {
		if have := s.take(1); len(have) != 1 {
			t.Fatalf("have %d deliveries, want one", len(have))
		}
	}
	if have := s.take(1); len(have) > 0 || s.stored("NAIVE") != 1 {
		t.Errorf("have %d deliveries more and %d stored, want none and the one that is left", len(have), s.stored("NAIVE"))
	}
}

// An event that fails at once is delivered as often as the network bears.
func TestNaiveNakIsAHotLoop(t *testing.T) {
	s := newSite(t)
	s.publish("one")
	const many = 100
	deliveries := make(chan bool, many)
	consuming, err := s.consumer.Consume(func(m jetstream.Msg) {
		select {
		case deliveries <- true:
			_ = m.Nak() // it comes again
		default:
			_ = m.Ack() // it is enough
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer consuming.Stop()
	began := time.Now()
	for range many {
		await.Take(t, deliveries)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("have %d deliveries in %v, want them sooner", many, took)
	}
}

// Who gives an event back while it still asks for the next gets it again, and takes it
// along when it ends: others wait for AckWait.
func TestNaiveNakGoesToWhoGivesBack(t *testing.T) {
	s := newSite(t)
	s.change(jetstream.ConsumerConfig{})
	s.publish("one")
	got := make(chan jetstream.Msg, 10)
	consuming, err := s.consumer.Consume(func(m jetstream.Msg) { got <- m })
	if err != nil {
		t.Fatal(err)
	}
	if err := await.Take(t, got).Nak(); err != nil { // it leaves, and gives back first
		t.Fatal(err)
	}
	again := await.Take(t, got)
	consuming.Stop()
	if meta, err := again.Metadata(); err != nil || meta.NumDelivered != 2 {
		t.Errorf("have %+v and %v, want the second delivery of the event", meta, err)
	}
}

// What waited under the filter before is not delivered any more.
func TestNaiveChangeOfTheFilterLosesWhatWaits(t *testing.T) {
	s := newSite(t)
	_, err := s.js.UpdateStream(t.Context(), jetstream.StreamConfig{
		Name: "NAIVE", Subjects: []string{naiveSubject, "naive.other"}, Retention: jetstream.InterestPolicy,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.change(jetstream.ConsumerConfig{FilterSubject: naiveSubject})
	s.publish("one")
	s.change(jetstream.ConsumerConfig{FilterSubject: "naive.other"})
	if have := s.take(1); len(have) > 0 {
		t.Errorf("have %d deliveries, want none: the event waits for nobody", len(have))
	}
}

func TestNaiveStreamInMemoryIsGoneAfterARestart(t *testing.T) {
	s := newSite(t)
	if _, err := s.js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "MEMORY", Subjects: []string{"memory"}, Storage: jetstream.MemoryStorage}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.js.Publish(t.Context(), "memory", nil); err != nil {
		t.Fatal(err)
	}
	s.restart()
	if of, err := s.js.Stream(t.Context(), "MEMORY"); err == nil {
		t.Errorf("have stream %v, want none", of.CachedInfo().State)
	}
}

// The answer of the broker is late; who emits again without an id has two events.
func TestNaivePublishThatFailedIsStored(t *testing.T) {
	b := svctest.NewBroker(t)
	w := plain.NewWire(t, b.URL())
	nc := plain.Conn(t, w.URL())
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, broker: b, js: js}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "NAIVE", Subjects: []string{naiveSubject}}); err != nil {
		t.Fatal(err)
	}
	waits, release := w.HoldUp()
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() { // ends with ctx
		_, err := js.Publish(ctx, naiveSubject, nil)
		failed <- err
	}()
	<-waits
	cancel()
	if err := await.Take(t, failed); err == nil {
		t.Fatal("have no error, want one")
	}
	release()
	await.Until(t, "it is stored", func() bool { return s.stored("NAIVE") == 1 })
	if _, err := js.Publish(t.Context(), naiveSubject, nil); err != nil || s.stored("NAIVE") != 2 {
		t.Errorf("have %d stored and %v, want the event twice", s.stored("NAIVE"), err)
	}
}

// A broker that has said that it has stored an event says that there is none.
func TestNaiveRequestThatDoesNotWaitFindsNothing(t *testing.T) {
	s := newSite(t)
	for range 5000 {
		s.publish(nats.NewInbox())
		batch, err := s.consumer.FetchNoWait(1)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for m := range batch.Messages() {
			found++
			_ = m.Ack()
		}
		if found == 0 {
			return
		}
	}
	t.Error("have all requests answered with what was stored before, want one that is not")
}
