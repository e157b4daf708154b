package broker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMessageReachesOneMemberOfAQueueGroup(t *testing.T) {
	b := svctest.NewBroker(t)
	c, _ := dial(t, b.URL())
	members, others := make(chan *broker.Msg, 10), make(chan *broker.Msg, 10)
	for range 3 {
		subscribe(t, c, "s.x", "group", members)
	}
	subscribe(t, c, "s.*", "", others)
	for range 2 {
		if err := c.Send(&broker.Msg{Subject: "s.x", Data: []byte("1"), Header: broker.Header{"k": {"v"}}}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if m := await.Take(t, members); string(m.Data) != "1" || m.Header.Get("k") != "v" {
			t.Errorf("have %v", m)
		}
		await.Take(t, others)
	}
	if err := c.Flush(await.Within(t)); err != nil || len(members) > 0 {
		t.Errorf("have %d messages more, %v, want none", len(members), err)
	}
}

func subscribe(t *testing.T, c *broker.Conn, subject, queue string, into chan<- *broker.Msg) *broker.Subscription {
	t.Helper()
	s, err := c.Subscribe(subject, queue, func(m *broker.Msg) { into <- m })
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStopOfASubscriptionHandlesWhatHasArrived(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	open, handled := make(chan struct{}), 0
	s, err := c.Subscribe("s", "", func(*broker.Msg) { <-open; handled++ })
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if err := c.Send(&broker.Msg{Subject: "s"}); err != nil {
			t.Fatal(err)
		}
	}
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop(await.Within(t)) }()
	close(open)
	if err := await.Take(t, stopped); err != nil || handled != 100 {
		t.Errorf("have %d handled, %v, want 100", handled, err)
	}
}

func TestStopOfASubscriptionWaitsNoLongerThanItsContext(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	entered, open := make(chan struct{}), make(chan struct{})
	defer close(open)
	s, err := c.Subscribe("s", "", func(*broker.Msg) { close(entered); <-open })
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send(&broker.Msg{Subject: "s"}); err != nil {
		t.Fatal(err)
	}
	await.Take(t, entered)
	if err := s.Stop(await.Within(t, 10*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "drain subscription to s") {
		t.Errorf("have %v, want the end of the context", err)
	}
}

func TestStopOfASubscriptionDoesNotWaitForABrokerThatIsAway(t *testing.T) {
	b := svctest.NewBroker(t)
	c, j := dial(t, b.URL())
	s := subscribe(t, c, "s", "", make(chan *broker.Msg, 1))
	b.Stop()
	await.Until(t, "disconnected", func() bool { return j.has("connection to broker lost") })
	started := time.Now()
	if err := s.Stop(await.Within(t)); err != nil || time.Since(started) > time.Second {
		t.Errorf("have %v after %v, want none at once", err, time.Since(started))
	}
}

func TestStopOfASubscriptionWhileTheBrokerGoesAway(t *testing.T) {
	for range 20 {
		b := svctest.NewBroker(t)
		c, _ := dial(t, b.URL())
		s := subscribe(t, c, "s", "", make(chan *broker.Msg, 1))
		b.Stop() // that the connection is lost may not be known yet
		started := time.Now()
		if err := s.Stop(await.Within(t)); err != nil || time.Since(started) > time.Second {
			t.Errorf("have %v after %v, want none at once", err, time.Since(started))
		}
	}
}

func TestStopOfASubscriptionAfterTheConnection(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	s := subscribe(t, c, "s", "", make(chan *broker.Msg, 1))
	stop(t, c)
	if err := s.Stop(await.Within(t)); err != nil {
		t.Errorf("have %v, want none: it is gone", err)
	}
}

func TestEverythingFailsOnAClosedConnection(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	i := inbox(t, c)
	stop(t, c)
	stop(t, c)
	_, subscribed := c.Subscribe("s", "", func(*broker.Msg) {})
	_, requested := ask(await.Within(t), c, i, &broker.Msg{Subject: "s"}, await.Patience)
	_, discovered := c.Discover(await.Within(t), "")
	_, listed := c.Services(await.Within(t))
	for what, err := range map[string]error{
		"send": c.Send(&broker.Msg{Subject: "s"}), "subscribe": subscribed,
		"request": requested, "discover": discovered, "services": listed,
	} {
		if !errors.Is(err, broker.ErrClosed) {
			t.Errorf("%s: have %v, want ErrClosed", what, err)
		}
	}
}

func TestConnectionThatWasNeverStartedStops(t *testing.T) {
	if err := new(broker.Conn).Stop(t.Context()); err != nil {
		t.Errorf("have %v, want none", err)
	}
}

func TestMessageTooLargeNamesTheSettingOfTheBroker(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	err := c.Send(&broker.Msg{Subject: "s", Data: make([]byte, 2<<20)})
	if fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "message of 2097152 bytes: broker takes at most 1048576 (its setting max_payload)") {
		t.Errorf("have %v", err)
	}
}

func TestSubjectThatIsNoneIsRefused(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	if err := c.Send(&broker.Msg{Subject: "a b"}); err == nil || !strings.Contains(err.Error(), "send to a b") {
		t.Errorf("have %v, want an error that names the subject", err)
	}
	if _, err := c.Subscribe("", "", nil); err == nil {
		t.Error("have no error, want one")
	}
}

func TestConnectionHealsAndSaysSo(t *testing.T) {
	b := svctest.NewBroker(t)
	c, j := dial(t, b.URL())
	got := make(chan *broker.Msg, 1)
	subscribe(t, c, "s", "", got)
	b.Stop()
	await.Until(t, "a word about the loss", func() bool { return j.has("connection to broker lost; reconnecting") })
	if err := c.Send(&broker.Msg{Subject: "s"}); !errors.Is(err, broker.ErrDisconnected) || !strings.Contains(err.Error(), "not connected to broker "+b.URL()) {
		t.Errorf("have %v, want ErrDisconnected with the URL", err)
	}
	if err := c.Flush(await.Within(t)); err != nil {
		t.Errorf("flush: have %v, want none", err)
	}
	b.Restart()
	await.Until(t, "sent", func() bool { return c.Send(&broker.Msg{Subject: "s"}) == nil })
	await.Take(t, got)
}

func TestBrokerNeedNotBeThereYet(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	c, j := dial(t, b.URL())
	if !j.has("broker unreachable; it is tried again until it answers") {
		t.Error("have no word about it in the log")
	}
	i := inbox(t, c)
	subscribe(t, c, "s", "", make(chan *broker.Msg, 10))
	if err := c.Send(&broker.Msg{Subject: "s"}); !errors.Is(err, broker.ErrDisconnected) {
		t.Errorf("have %v, want ErrDisconnected", err)
	}
	b.Restart()
	if _, err := ask(await.Within(t), c, i, &broker.Msg{Subject: "nobody"}, await.Patience); !errors.Is(err, errNobody) {
		t.Errorf("have %v, want ErrNoResponders as soon as the broker is there", err)
	}
}

func TestStopWhileTheBrokerWasNeverThere(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	c, _ := dial(t, b.URL())
	started := time.Now()
	stop(t, c)
	if took := time.Since(started); took > time.Second {
		t.Errorf("the stop took %v", took)
	}
}
