package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/tag"
	"github.com/enoki-go/enoki/web/internal/sock"
)

// ErrUnknownSocket is returned for the id of a socket that is not connected.
var ErrUnknownSocket = sock.ErrUnknown

// Hub sends to websockets on all instances of the service, through the broker. It is a
// field of the service, and fills itself:
//
//	Hub *web.Hub
//
//	err := s.Hub.Subscribe(web.SocketFrom(ctx).ID(), "room")
//	err = s.Hub.Broadcast(ctx, "room", "said", text)
//
// It works in calls of every kind. What it sends may get lost with the connection of a
// client or of an instance to the broker. Its methods are safe for concurrent use.
type Hub struct {
	service string
	sockets *sockets
	conn    *broker.Conn
	logger  *slog.Logger
	prefix  string // of the subjects
	inbox   *broker.Inbox
	all     *broker.Subscription // what all instances send on
	own     *broker.Subscription // what this one is asked
}

var _ dependency.Declaration = (*Hub)(nil)

type hubKey struct{ service string }

// Provide fills the field. The hubs of a service are one.
func (*Hub) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	if f.Type != reflect.TypeFor[*Hub]() {
		return nil, fmt.Errorf("have a field of type %s, want *web.Hub", f.Type)
	}
	if err := tag.Read(f.Tag, &struct{}{}); err != nil {
		return nil, err
	}
	hub, err := dependency.Shared(h, hubKey{h.Service()}, func() (*Hub, error) { return newHub(h) })
	if err != nil {
		return nil, err
	}
	return dependency.SameDescribed(hub, dependency.Description{Kind: "hub", Target: h.Service()}), nil
}

func newHub(h dependency.Host) (*Hub, error) {
	conn, err := broker.Open(h)
	if err != nil {
		return nil, err
	}
	all, err := socketsOf(h)
	if err != nil {
		return nil, err
	}
	return &Hub{
		service: h.Service(), sockets: all, conn: conn, logger: h.Logger(),
		prefix: conn.Namespace() + ".hub." + h.Service() + ".", inbox: conn.Inbox(h.Service() + ".hub"),
	}, nil
}

// Subscribe lets a socket have what is broadcast on a channel. The name of a channel has
// 1 to 128 bytes; a socket has at most 1000. Again, it does nothing. The error is
// ErrUnknownSocket, or says what the limit is.
func (h *Hub) Subscribe(socketID, channel string) error {
	if h.isLocal(socketID) {
		return h.sockets.registry.Subscribe(socketID, h.channel(channel))
	}
	_, err := h.ask(hubMessage{Op: opSubscribe, Socket: socketID, Channel: channel})
	return err
}

// Unsubscribe undoes Subscribe. A channel that the socket has not subscribed is no error.
func (h *Hub) Unsubscribe(socketID, channel string) error {
	if h.isLocal(socketID) {
		return h.sockets.registry.Unsubscribe(socketID, h.channel(channel))
	}
	_, err := h.ask(hubMessage{Op: opUnsubscribe, Socket: socketID, Channel: channel})
	return err
}

// Subscriptions returns the channels that a socket has subscribed, in order; none where
// it is not connected.
func (h *Hub) Subscriptions(socketID string) []string {
	if h.isLocal(socketID) {
		return h.sockets.registry.Subscriptions(socketID, h.service)
	}
	reply, err := h.ask(hubMessage{Op: opSubscriptions, Socket: socketID})
	if err != nil {
		h.logger.Debug("the subscriptions of a socket are not known here", "socket", socketID, "error", err)
	}
	return reply.Channels
}

// Broadcast sends an event to the sockets that have subscribed a channel, on all
// instances of the service. It returns when it is sent to those of this one and given to
// the broker. Where the broker is away, or does not take it, the sockets of this instance
// get it nevertheless, and the error says so.
func (h *Hub) Broadcast(ctx context.Context, channel, event string, data any) error {
	if err := errors.Join(context.Cause(ctx), h.channel(channel).Check()); err != nil {
		return err
	}
	encoded, err := encodeEvent(event, data)
	if err != nil {
		return fmt.Errorf("broadcast on %s: %w", channel, err)
	}
	message, err := encodeMessage(hubMessage{Channel: channel, Event: event, Data: encoded, From: h.sockets.instance})
	if err != nil {
		return fmt.Errorf("broadcast on %s: %w", channel, err)
	}
	h.sockets.registry.Broadcast(h.channel(channel), eventFrame(channel, event, encoded))
	if err := h.conn.Send(&broker.Msg{Subject: h.prefix + everybody, Data: message}); err != nil {
		return fmt.Errorf("broadcast on %s: only the sockets of this instance have it: %w", channel, err)
	}
	return nil
}

// Unicast sends an event to one socket, whichever instance it is connected to. False
// means that it is not connected. The error says why the data cannot be encoded or sent,
// or that the instance did not answer within two seconds.
func (h *Hub) Unicast(ctx context.Context, socketID, event string, data any) (bool, error) {
	if err := context.Cause(ctx); err != nil {
		return false, err
	}
	encoded, err := encodeEvent(event, data)
	if err != nil {
		return false, fmt.Errorf("unicast: %w", err)
	}
	if h.isLocal(socketID) {
		return h.sockets.registry.Send(socketID, eventFrame("", event, encoded)), nil
	}
	_, err = h.askWithin(ctx, hubMessage{Op: opUnicast, Socket: socketID, Event: event, Data: encoded})
	if fault.From(err).Is(ErrUnknownSocket) {
		return false, nil
	}
	return err == nil, err
}

func (h *Hub) channel(name string) sock.Channel { return sock.Channel{Scope: h.service, Name: name} }

// encodeEvent returns data as JSON.
func encodeEvent(event string, data any) ([]byte, error) {
	if err := checkEvent(event); err != nil {
		return nil, err
	}
	return codec.JSON.Append(nil, data)
}

// hubLimit is how long another instance has to answer.
const hubLimit = 2 * time.Second
