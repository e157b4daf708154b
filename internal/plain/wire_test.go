package plain_test

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

func TestWireThatIsHeldUpDelaysAndLosesNothing(t *testing.T) {
	s := plain.Server(t)
	w := plain.NewWire(t, s.ClientURL())
	near, far := plain.Conn(t, w.URL()), plain.Conn(t, s.ClientURL())
	heard := make(chan *nats.Msg, 1)
	if _, err := far.ChanSubscribe("x", heard); err != nil {
		t.Fatal(err)
	}
	if err := far.FlushWithContext(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	waits, release := w.HoldUp()
	if err := near.Publish("x", []byte("late")); err != nil {
		t.Fatal(err)
	}
	await.Take(t, waits)
	if len(heard) > 0 {
		t.Error("have a message through a wire that is held up")
	}
	release()
	if m := await.Take(t, heard); string(m.Data) != "late" {
		t.Errorf("have %q, want what had to wait", m.Data)
	}
}

func TestWireThatIsCutEndsItsConnections(t *testing.T) {
	s := plain.Server(t)
	w := plain.NewWire(t, s.ClientURL())
	lost := make(chan bool, 1)
	nc := plain.Conn(t, w.URL(), nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { lost <- true }))
	_, release := w.HoldUp()
	defer release()
	if err := nc.Publish("x", nil); err != nil {
		t.Fatal(err)
	}
	w.Cut() // also while something waits
	await.Take(t, lost)
	if _, err := nats.Connect(w.URL()); !errors.Is(err, nats.ErrNoServers) {
		t.Errorf("have %v, want no way to the server", err)
	}
	w.Cut()
}

func TestWireWaitsForAServerThatIsAway(t *testing.T) {
	s := plain.Server(t)
	w := plain.NewWire(t, s.ClientURL())
	plain.Stop(s)
	if _, err := nats.Connect(w.URL()); err == nil {
		t.Error("have a connection to a server that is away")
	}
	plain.Server(t, inPlaceOf(s))
	plain.Conn(t, w.URL())
}
