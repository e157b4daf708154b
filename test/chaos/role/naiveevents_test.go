package role_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	svctest "github.com/enoki-go/enoki/testing"
)

// What handlers of events are when one writes them with nats.go alone, as its examples
// do. These tests show what the suite has to find; with the framework it looks for the
// same under P10 and P11.

const (
	naiveSubject = "naive.events"
	naiveWait    = 100 * time.Millisecond // until an event of a process that is gone comes again
	naiveDeaths  = 3                      // after which an event is dead
)

// site is a stream that keeps events for those who want them, with one who does.
type site struct {
	t        *testing.T
	broker   *svctest.Broker
	js       jetstream.JetStream
	consumer jetstream.Consumer
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, broker: svctest.NewBroker(t)}
	s.connect()
	_, err := s.js.CreateStream(t.Context(), jetstream.StreamConfig{
		Name: "NAIVE", Subjects: []string{naiveSubject}, Retention: jetstream.InterestPolicy,
	})
	if err == nil {
		s.consumer, err = s.js.CreateConsumer(t.Context(), "NAIVE", jetstream.ConsumerConfig{
			Durable: "naive", AckPolicy: jetstream.AckExplicitPolicy, AckWait: naiveWait,
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) connect() {
	s.t.Helper()
	nc, err := nats.Connect(s.broker.URL())
	if err == nil {
		s.js, err = jetstream.New(nc)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(nc.Close)
}

// restart restarts the broker; the stream is there again when this returns.
func (s *site) restart() {
	s.t.Helper()
	s.broker.Stop()
	s.broker.Restart()
	s.connect()
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	var err error
	if s.consumer, err = s.js.Consumer(ctx, "NAIVE", "naive"); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) publish(id string) {
	s.t.Helper()
	if _, err := s.js.Publish(s.t.Context(), naiveSubject, nil, jetstream.WithMsgID(id)); err != nil {
		s.t.Fatal(err)
	}
}

// take returns as many deliveries as there are, at most n.
func (s *site) take(n int) []jetstream.Msg {
	s.t.Helper()
	batch, err := s.consumer.Fetch(n, jetstream.FetchMaxWait(5*naiveWait))
	if err != nil {
		s.t.Fatal(err)
	}
	var all []jetstream.Msg
	for m := range batch.Messages() {
		all = append(all, m)
	}
	return all
}

// handle leaves an effect of each delivery, and acknowledges it unless the process
// dies before.
func (s *site) handle(effects map[string]int, dies bool) {
	s.t.Helper()
	for _, m := range s.take(1) {
		effects[m.Headers().Get(jetstream.MsgIDHeader)]++
		if dies {
			continue
		}
		if err := m.DoubleAck(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
	}
}

func TestNaiveMessageIDAloneDuplicatesEffects(t *testing.T) {
	for name, fault := range map[string]func(s *site, effects map[string]int){
		"the handler dies before it acknowledges": func(s *site, effects map[string]int) {
			s.handle(effects, true)
			s.handle(effects, false)
		},
		"the relay sends again after a restart of the broker": func(s *site, effects map[string]int) {
			s.handle(effects, false)
			s.restart()
			s.publish("one")
			s.handle(effects, false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, effects := newSite(t), map[string]int{}
			s.publish("one")
			s.publish("one") // is recognised
			fault(s, effects)
			s.handle(effects, false)
			if effects["one"] != 2 {
				t.Errorf("effects: have %d, want 2: the fault makes a second one", effects["one"])
			}
		})
	}
}

// killer is the event that kills the process which handles it.
const killer = "0"

// bury hands batches to processes until the killer is dead, and returns what is dead by
// then: a process buries what the broker has delivered too often, acknowledges what it
// handles, and dies at the killer with all that it has behind it.
func (s *site) bury(batch int) map[string]bool {
	s.t.Helper()
	dead := map[string]bool{}
	for !dead[killer] {
		dies := false
		for _, m := range s.take(batch) {
			meta, err := m.Metadata()
			id := m.Headers().Get(jetstream.MsgIDHeader)
			switch {
			case err != nil:
				s.t.Fatal(err)
			case meta.NumDelivered > naiveDeaths:
				dead[id] = true
			case id == killer:
				dies = true
			case !dies:
				if err := m.DoubleAck(s.t.Context()); err != nil {
					s.t.Fatal(err)
				}
			}
		}
	}
	return dead
}

func TestNaivePrefetchBuriesInnocents(t *testing.T) {
	const prefetch = 10
	for _, tt := range []struct{ batch, innocents int }{{prefetch, prefetch - 1}, {1, 0}} {
		t.Run(fmt.Sprintf("%d at once", tt.batch), func(t *testing.T) {
			s := newSite(t)
			for n := range prefetch {
				s.publish(strconv.Itoa(n))
			}
			dead := s.bury(tt.batch)
			if len(dead)-1 != tt.innocents {
				t.Errorf("dead letters: have %v, want the killer and %d innocents", dead, tt.innocents)
			}
		})
	}
}
