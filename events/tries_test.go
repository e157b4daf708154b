package events_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

// history is what is known of an event before the handler of a test gets it again.
type history map[string]any

// again emits an event whose first delivery has come to nothing, with a history, and
// starts a handler with two attempts.
func again(t *testing.T, h history) (*svctest.World, *Probe) {
	t.Helper()
	b := svctest.NewBroker(t)
	p := probe(`attempts:"2"`, nil)
	svctest.New(t, b, p).Stop()
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{Order: "o1"})
	js := plain.JetStream(t, b.URL())
	consumer := giveBack(t, js)
	data, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(await.Within(t), "svc.evtry.EVT_payments."+consumer+".1", data); err != nil {
		t.Fatal(err)
	}
	return svctest.New(t, b, p), p
}

// giveBack takes the event from the consumer of the handler, gives it back, and returns
// what the consumer is called.
func giveBack(t *testing.T, js jetstream.JetStream) string {
	t.Helper()
	stream, err := js.Stream(await.Within(t), "EVT_payments")
	if err != nil {
		t.Fatal(err)
	}
	name := await.Take(t, stream.ConsumerNames(await.Within(t)).Name())
	c, err := stream.Consumer(await.Within(t), name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Next()
	if err == nil {
		err = m.Nak()
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestEventThatTenProcessesWereLostWithIsDead(t *testing.T) {
	w, p := again(t, history{"open": true, "lost": 9})
	await.Until(t, "it is dead", func() bool { return len(w.DeadLetters()) == 1 })
	if l := w.DeadLetters()[0]; l.Reason != "lost" || len(p.book) > 0 {
		t.Errorf("have %+v and %d calls, want it lost and not handled", l, len(p.book))
	}
}

func TestEventThatWasLostWithFewerIsHandled(t *testing.T) {
	w, p := again(t, history{"open": true, "lost": 8})
	p.book.orders(t, 1)
	if dead := w.DeadLetters(); len(dead) > 0 {
		t.Errorf("have %+v, want none dead", dead)
	}
}

func TestEventIsNotHandledBeforeItsTimeThoughTheBrokerForgotIt(t *testing.T) {
	due := time.Now().Add(time.Second)
	_, p := again(t, history{"errors": 1, "delivery": 0, "due": due})
	p.book.orders(t, 1)
	if early := time.Until(due); early > 100*time.Millisecond {
		t.Errorf("have it %v before its time", early)
	}
}

// The last process stored the last error, and died before it had stored the letter.
func TestEventWithoutFurtherAttemptsIsDeadWithoutOne(t *testing.T) {
	w, p := again(t, history{"errors": 2, "error": "declined", "name": "bank.declined"})
	await.Until(t, "it is dead", func() bool { return len(w.DeadLetters()) == 1 })
	if l := w.DeadLetters()[0]; l.Name != "bank.declined" || l.Attempts != 2 || len(p.book) > 0 {
		t.Errorf("have %+v and %d calls, want the error of before and no call", l, len(p.book))
	}
}
