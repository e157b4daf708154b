package broker_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// responder answers requests on s.echo with what they hold.
func responder(t *testing.T, b *svctest.Broker) {
	t.Helper()
	c, _ := dial(t, b.URL())
	_, err := c.Subscribe("s.echo", "", func(m *broker.Msg) {
		if err := c.Send(&broker.Msg{Subject: m.Reply, Data: m.Data}); err != nil {
			t.Error(err)
		}
	})
	if err == nil {
		err = c.Flush(await.Within(t))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestRequestGetsItsReply(t *testing.T) {
	b := svctest.NewBroker(t)
	responder(t, b)
	c, _ := dial(t, b.URL())
	i := inbox(t, c)
	reply, err := ask(await.Within(t), c, i, &broker.Msg{Subject: "s.echo", Data: []byte("hello")}, await.Patience)
	if err != nil || string(reply.Data) != "hello" {
		t.Errorf("have %v, %v, want hello", reply, err)
	}
}

func TestRepliesOfManyRequestsAreNotMixedUp(t *testing.T) {
	b := svctest.NewBroker(t)
	responder(t, b)
	c, _ := dial(t, b.URL())
	i := inbox(t, c)
	var all sync.WaitGroup
	for g := range 32 {
		all.Go(func() {
			for n := range 50 {
				want := string(rune('A'+g)) + strings.Repeat("x", n)
				reply, err := ask(t.Context(), c, i, &broker.Msg{Subject: "s.echo", Data: []byte(want)}, await.Patience)
				if err != nil || string(reply.Data) != want {
					t.Errorf("have %v, %v, want %s", reply, err, want)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestRequestToNobodyIsToldAtOnce(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	i := inbox(t, c)
	if _, err := ask(await.Within(t), c, i, &broker.Msg{Subject: "nobody"}, time.Hour); !errors.Is(err, errNobody) {
		t.Errorf("have %v, want ErrNoResponders", err)
	}
}

func TestReplyThatLooksLikeNoRespondersIsAReply(t *testing.T) {
	b := svctest.NewBroker(t)
	c, _ := dial(t, b.URL())
	_, err := c.Subscribe("s", "", func(m *broker.Msg) {
		_ = c.Send(&broker.Msg{Subject: m.Reply, Header: broker.Header{"Status": {"503"}}, Data: []byte("busy")})
	})
	if err != nil {
		t.Fatal(err)
	}
	i := inbox(t, c)
	if reply, err := ask(await.Within(t), c, i, &broker.Msg{Subject: "s"}, await.Patience); err != nil || string(reply.Data) != "busy" {
		t.Errorf("have %v, %v, want the reply", reply, err)
	}
}

// silent subscribes to s and gives the requests that arrive.
func silent(t *testing.T, c *broker.Conn) <-chan *broker.Msg {
	t.Helper()
	requests := make(chan *broker.Msg, 100)
	subscribe(t, c, "s", "", requests)
	return requests
}

func TestRequestThatIsNeverSentSaysSoInTime(t *testing.T) {
	b := svctest.NewBroker(t)
	b.Stop()
	c, _ := dial(t, b.URL())
	i := inbox(t, c)
	cause := errors.New("cause")
	if _, err := ask(await.Within(t), c, i, &broker.Msg{Subject: "s"}, 10*time.Millisecond); !errors.Is(err, broker.ErrDisconnected) {
		t.Errorf("timeout: have %v, want ErrDisconnected", err)
	}
	late, cancelLate := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, cause)
	defer cancelLate()
	if _, err := ask(late, c, i, &broker.Msg{Subject: "s"}, await.Patience); !errors.Is(err, broker.ErrDisconnected) {
		t.Errorf("deadline: have %v, want ErrDisconnected", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := ask(ctx, c, i, &broker.Msg{Subject: "s"}, await.Patience); !errors.Is(err, cause) {
		t.Errorf("cancelled: have %v, want the cause", err)
	}
}

func TestLateAndForgedRepliesReachNobody(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	i := inbox(t, c)
	requests := silent(t, c)
	var late []string
	for range 20 {
		_, _ = ask(await.Within(t), c, i, &broker.Msg{Subject: "s"}, time.Millisecond)
		late = append(late, await.Take(t, requests).Reply)
	}
	prefix := late[0][:strings.LastIndexByte(late[0], '.')+1]
	late = append(late, prefix+"zzzzzz", prefix+"-1", prefix+"é", prefix+"99999999999999999999")
	go func() {
		m := <-requests
		for _, reply := range late {
			_ = c.Send(&broker.Msg{Subject: reply, Data: []byte("late")})
		}
		_ = c.Send(&broker.Msg{Subject: m.Reply, Data: []byte("mine")})
		_ = c.Send(&broker.Msg{Subject: m.Reply, Data: []byte("again")})
	}()
	if reply, err := ask(await.Within(t), c, i, &broker.Msg{Subject: "s"}, await.Patience); err != nil || string(reply.Data) != "mine" {
		t.Errorf("have %v, %v, want mine", reply, err)
	}
	go func() { m := <-requests; _ = c.Send(&broker.Msg{Subject: m.Reply, Data: []byte("next")}) }()
	if reply, err := ask(await.Within(t), c, i, &broker.Msg{Subject: "s"}, await.Patience); err != nil || string(reply.Data) != "next" {
		t.Errorf("have %v, %v, want next", reply, err)
	}
}

func TestRepliesInPlentyDoNotBlockTheInbox(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	_, err := c.Subscribe("s", "", func(m *broker.Msg) {
		for range 5 {
			_ = c.Send(&broker.Msg{Subject: m.Reply})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	i := inbox(t, c)
	for n := range 3000 {
		timeout := time.Duration(n%300) * time.Microsecond // now before, now after the replies
		if _, err := ask(await.Within(t), c, i, &broker.Msg{Subject: "s"}, timeout); err != nil && !errors.Is(err, errNoReply) {
			t.Fatalf("have %v, want a reply or none in time", err)
		}
	}
}

func TestInboxesOfAConnectionAreApart(t *testing.T) {
	c, _ := dial(t, svctest.NewBroker(t).URL())
	requests := silent(t, c)
	for _, service := range []string{"orders", "stock"} {
		i := c.Inbox(service)
		if err := i.Start(await.Within(t)); err != nil {
			t.Fatal(err)
		}
		_, _ = ask(await.Within(t), c, i, &broker.Msg{Subject: "s"}, time.Millisecond)
		if reply := await.Take(t, requests).Reply; !strings.HasPrefix(reply, "_INBOX."+service+".") || !broker.IsInbox(reply) {
			t.Errorf("have reply subject %s, want it to begin with the service", reply)
		}
		if err := i.Stop(await.Within(t)); err != nil {
			t.Error(err)
		}
		if _, err := ask(await.Within(t), c, i, &broker.Msg{Subject: "nobody"}, 10*time.Millisecond); !errors.Is(err, errNoReply) {
			t.Errorf("after Stop: have %v, want no reply to arrive", err)
		}
	}
	if err := c.Inbox("unused").Stop(await.Within(t)); err != nil {
		t.Errorf("stop without start: have %v", err)
	}
}
