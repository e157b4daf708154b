package broker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, plain.Abandoned()...) }

// journal is a log that a test reads.
type journal struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) has(part string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Contains(j.text.String(), part)
}

// dial connects and closes with the test.
func dial(t *testing.T, url string) (*broker.Conn, *journal) {
	t.Helper()
	var j journal
	settings := broker.Defaults()
	settings.URL = url
	c, err := broker.Dial(settings, slog.New(slog.NewTextHandler(&j, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c, &j
}

func stop(t *testing.T, c *broker.Conn) {
	t.Helper()
	if err := c.Stop(await.Within(t)); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// inbox returns an inbox that is subscribed.
func inbox(t *testing.T, c *broker.Conn) *broker.Inbox {
	t.Helper()
	i := c.Inbox("tester")
	if err := i.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	return i
}

// mailbox keeps what is received at an address.
type mailbox chan *broker.Msg

func (m mailbox) Receive(msg *broker.Msg) {
	select {
	case m <- msg:
	default:
	}
}

var (
	errNobody  = errors.New("no responders")
	errNoReply = errors.New("no reply in time")
)

// ask makes a request from an address of its own.
func ask(ctx context.Context, c *broker.Conn, i *broker.Inbox, m *broker.Msg, timeout time.Duration) (*broker.Msg, error) {
	replies := make(mailbox, 1)
	a := i.Address("test")
	i.Open(a, replies)
	defer i.Close(a)
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	m.Reply = a.Subject
	if err := c.SendWhenUp(ctx, m, timer.C); err != nil {
		return nil, err
	}
	select {
	case reply := <-replies:
		if broker.NoResponders(reply) {
			return nil, errNobody
		}
		return reply, nil
	case <-timer.C:
		return nil, errNoReply
	case <-c.Closed():
		return nil, broker.ErrClosed
	}
}
