package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/fault"
)

// everybody is the last token of the subject on which all instances listen; that of each
// one alone is its name.
const everybody = "all"

// What one instance asks another.
const (
	opUnicast       = "unicast"
	opSubscribe     = "subscribe"
	opUnsubscribe   = "unsubscribe"
	opSubscriptions = "subscriptions"
)

// hubMessage is what travels between the hubs of a service.
type hubMessage struct {
	Op      string          `json:"op,omitempty"` // "" to everybody
	Socket  string          `json:"socket,omitempty"`
	Channel string          `json:"channel,omitempty"`
	Event   string          `json:"event,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	From    string          `json:"from,omitempty"` // instance that has served its own sockets
}

// hubReply answers what one instance asked another.
type hubReply struct {
	Channels []string   `json:"channels,omitempty"`
	Code     fault.Code `json:"code,omitempty"` // of an error, "" for none
	Name     string     `json:"name,omitempty"`
	Message  string     `json:"message,omitempty"`
}

// encodeMessage refuses what the other side would not decode.
func encodeMessage(m hubMessage) ([]byte, error) {
	body, err := codec.JSON.Append(nil, m)
	if err == nil && codec.JSON.Shape(body).Kind != codec.KindObject {
		err = &codec.EncodeError{Type: "the data of an event", Reason: "it is nested too deep, or has too many values"}
	}
	return body, err
}

// Start subscribes. The container calls it.
func (h *Hub) Start(ctx context.Context) (err error) {
	if err = h.inbox.Start(ctx); err != nil {
		return err
	}
	if h.all, err = h.conn.Subscribe(h.prefix+everybody, "", h.heard); err != nil {
		return err
	}
	if h.own, err = h.conn.Subscribe(h.prefix+h.sockets.instance, "", h.asked); err != nil {
		return err
	}
	return h.conn.Flush(ctx)
}

// Stop unsubscribes. The container calls it when no method runs any more.
func (h *Hub) Stop(ctx context.Context) error {
	var errs []error
	for _, sub := range []*broker.Subscription{h.all, h.own} {
		if sub != nil {
			errs = append(errs, sub.Stop(ctx))
		}
	}
	return errors.Join(append(errs, h.inbox.Stop(ctx))...)
}

// heard takes what an instance broadcasts. It runs on the goroutine of the subscription.
func (h *Hub) heard(m *broker.Msg) {
	var got hubMessage
	if err := codec.JSON.Decode(m.Data, &got); err != nil {
		h.logger.Warn("message to all hubs dropped", "subject", m.Subject, "error", err)
		return
	}
	if got.From == h.sockets.instance {
		return // its own sockets have it
	}
	h.sockets.registry.Broadcast(h.channel(got.Channel), eventFrame(got.Channel, got.Event, got.data()))
}

// asked answers another instance. It runs on the goroutine of the subscription.
func (h *Hub) asked(m *broker.Msg) {
	if !broker.IsInbox(m.Reply) {
		h.logger.Warn("request to a hub dropped: its reply subject is not an inbox", "subject", m.Subject, "reply", m.Reply)
		return
	}
	var got hubMessage
	var reply hubReply
	err := codec.JSON.Decode(m.Data, &got)
	if err == nil {
		reply.Channels, err = h.do(got)
	}
	if err != nil {
		e := fault.From(err)
		reply.Code, reply.Name, reply.Message = e.Code, e.Name, e.Message
	}
	body, _ := codec.JSON.Append(nil, reply) // cannot fail: strings
	if err := h.conn.Reply(m.Reply, body); err != nil {
		h.logger.Debug("the answer of a hub is lost", "subject", m.Reply, "error", err)
	}
}

// do does to a socket of this instance what another wants.
func (h *Hub) do(m hubMessage) (channels []string, err error) {
	registry := h.sockets.registry
	switch m.Op {
	case opUnicast:
		if !registry.Send(m.Socket, eventFrame("", m.Event, m.data())) {
			return nil, ErrUnknownSocket
		}
		return nil, nil
	case opSubscribe:
		return nil, registry.Subscribe(m.Socket, h.channel(m.Channel))
	case opUnsubscribe:
		return nil, registry.Unsubscribe(m.Socket, h.channel(m.Channel))
	case opSubscriptions:
		return registry.Subscriptions(m.Socket, h.service), nil
	default:
		return nil, fault.Newf(fault.Invalid, "op: have %.20q, want %s, %s, %s or %s", m.Op, opUnicast, opSubscribe, opUnsubscribe, opSubscriptions)
	}
}

// data returns the data of an event, which is null where it was left out.
func (m hubMessage) data() []byte {
	if len(m.Data) == 0 {
		return []byte("null")
	}
	return m.Data
}

// isLocal reports whether a socket is one of this process, or was.
func (h *Hub) isLocal(socketID string) bool { return instanceOf(socketID) == h.sockets.instance }

// instanceOf returns the instance that an id names, "" where it can be none: ids come
// from clients, and become a part of a subject.
func instanceOf(socketID string) string {
	instance, _, ok := strings.Cut(socketID, ".")
	if !ok || !broker.ValidName(instance) || instance == everybody {
		return ""
	}
	return instance
}

// ask is askWithin for methods without a context.
func (h *Hub) ask(m hubMessage) (hubReply, error) { return h.askWithin(context.Background(), m) }

// askWithin asks the instance that a socket is connected to. ErrUnknownSocket is returned
// also where that instance is gone.
func (h *Hub) askWithin(ctx context.Context, m hubMessage) (reply hubReply, err error) {
	instance := instanceOf(m.Socket)
	if instance == "" {
		return reply, ErrUnknownSocket
	}
	body, err := encodeMessage(m)
	if err != nil {
		return reply, fmt.Errorf("%s: %w", m.Op, err)
	}
	limited, cancel := context.WithTimeoutCause(ctx, hubLimit, fault.Newf(fault.Timeout, "%s: the instance of the socket did not answer within %v", m.Op, hubLimit))
	defer cancel()
	answer, err := h.request(limited, instance, body)
	switch {
	case err != nil:
		return reply, err
	case broker.NoResponders(answer):
		return reply, ErrUnknownSocket
	}
	if err := codec.JSON.Decode(answer.Data, &reply); err != nil {
		return reply, fmt.Errorf("%s: answer of instance %s: %w", m.Op, instance, err)
	}
	if reply.Code != "" {
		return reply, &fault.Error{Code: reply.Code, Name: reply.Name, Message: reply.Message}
	}
	return reply, nil
}

// request sends to an instance and waits for its answer.
func (h *Hub) request(ctx context.Context, instance string, body []byte) (*broker.Msg, error) {
	address, answers := h.inbox.Address("hub"), make(hubAnswer, 1)
	h.inbox.Open(address, answers)
	defer h.inbox.Close(address)
	if err := h.conn.Send(&broker.Msg{Subject: h.prefix + instance, Reply: address.Subject, Data: body}); err != nil {
		return nil, err
	}
	select {
	case m := <-answers:
		return m, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// hubAnswer takes the first answer.
type hubAnswer chan *broker.Msg

// Receive is called by the inbox.
func (a hubAnswer) Receive(m *broker.Msg) {
	select {
	case a <- m:
	default:
	}
}
