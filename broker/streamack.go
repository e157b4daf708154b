package broker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// acks is where the broker says that it has stored a message: many may be on their
// way, and one costs little.
type acks struct {
	mu    sync.Mutex // guards inbox
	inbox *Inbox     // nil before the first message
}

func (c *Conn) ackInbox() (*Inbox, error) {
	c.acks.mu.Lock()
	defer c.acks.mu.Unlock()
	if c.acks.inbox != nil {
		return c.acks.inbox, nil
	}
	i := c.inbox(c.InboxName(), c.id+"-s") // apart from the inbox of that service, which would hear it too
	if err := i.subscribe(); err != nil {  // the broker knows it before what is sent next
		return nil, err
	}
	c.acks.inbox = i
	return i, nil
}

// ack is what is waited for after a message was sent to be stored.
type ack struct {
	conn    *Conn
	inbox   *Inbox
	subject string // of the message
	address Address
	reply   chan *Msg
	down    <-chan struct{}
}

// post sends a message to be stored; who does waits for its ack.
func (c *Conn) post(m *Msg) (*ack, error) {
	inbox, err := c.ackInbox()
	if err != nil {
		return nil, err
	}
	a := &ack{conn: c, inbox: inbox, subject: m.Subject, address: inbox.Address("s"), reply: make(chan *Msg, 1), down: c.down()}
	inbox.Open(a.address, a)
	if err := c.Send(&Msg{Subject: m.Subject, Reply: a.address.Subject, Header: m.Header, Data: m.Data}); err != nil {
		inbox.Close(a.address)
		return nil, err
	}
	return a, nil
}

// Receive takes the first answer.
func (a *ack) Receive(m *Msg) {
	select {
	case a.reply <- m:
	default:
	}
}

// barred is received in place of an answer where the broker forbade to publish.
var barred = &Msg{}

// bar tells the senders of messages to a subject that the broker did not take them.
func (a *acks) bar(subject string) {
	a.mu.Lock()
	inbox := a.inbox
	a.mu.Unlock()
	if inbox == nil {
		return
	}
	inbox.Each(func(r Receiver) {
		if w, ok := r.(*ack); ok && w.subject == subject {
			w.Receive(barred)
		}
	})
}

// wait returns where the message is stored.
func (a *ack) wait(ctx context.Context, limit <-chan time.Time) (Stored, error) {
	defer a.inbox.Close(a.address)
	select {
	case m := <-a.reply:
		if m == barred {
			return Stored{}, forbiddenTo(a.subject)
		}
		return storedOf(m)
	case <-limit:
		return Stored{}, nats.ErrTimeout
	case <-a.down:
		return Stored{}, nats.ErrDisconnected
	case <-a.conn.closed:
		return Stored{}, ErrClosed
	case <-ctx.Done():
		return Stored{}, ctx.Err()
	}
}

// storedOf reads an ack.
func storedOf(m *Msg) (Stored, error) {
	if NoResponders(m) {
		return Stored{}, jetstream.ErrNoStreamResponse
	}
	if sequence, ok := usualAck(m.Data); ok {
		return Stored{Sequence: sequence}, nil
	}
	var answer struct {
		Stream    string              `json:"stream"`
		Sequence  uint64              `json:"seq"`
		Duplicate bool                `json:"duplicate"`
		Error     *jetstream.APIError `json:"error"`
	}
	switch err := json.Unmarshal(m.Data, &answer); {
	case err != nil:
		return Stored{}, fmt.Errorf("%w: %w", jetstream.ErrInvalidJSAck, err)
	case answer.Error != nil:
		return Stored{}, answer.Error
	case answer.Stream == "":
		return Stored{}, jetstream.ErrInvalidJSAck
	}
	return Stored{answer.Sequence, answer.Duplicate}, nil
}

// usualAck reads {"stream":"S","seq":1}, which nearly all are: a decoder costs more
// than all the rest of an ack.
func usualAck(data []byte) (sequence uint64, ok bool) {
	rest, ok := bytes.CutPrefix(data, []byte(`{"stream":"`))
	end := bytes.IndexByte(rest, '"')
	if !ok || end < 1 {
		return 0, false
	}
	rest, ok = bytes.CutPrefix(bytes.TrimLeft(rest[end:], `", `), []byte(`seq":`))
	if !ok {
		return 0, false
	}
	number, ok := bytes.CutSuffix(bytes.TrimSpace(rest), []byte("}"))
	if !ok {
		return 0, false
	}
	sequence, err := strconv.ParseUint(string(number), 10, 64)
	return sequence, err == nil && sequence > 0
}
