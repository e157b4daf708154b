package web

import (
	"context"
	"sync/atomic"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/web/internal/sock"
)

// ErrSocketClosed is returned for what is sent to a socket that is closed.
var ErrSocketClosed = sock.ErrClosed

// Conn is a websocket with the client at its other end. It is safe for concurrent use,
// and may be used after the call that got it.
type Conn struct {
	endpoint *endpoint
	raw      *sock.Conn
	id       string
	data     Data
	parent   context.Context //nolint:containedctx // lends itself to the calls of the socket
	slots    chan struct{}   // one for each request that runs or waits for a worker
	draining atomic.Bool     // no more requests begin
}

type connKey struct{}

// SocketFrom returns the socket on whose behalf a call runs, nil where it was reached in
// another way.
func SocketFrom(ctx context.Context) *Conn {
	c, _ := ctx.Value(connKey{}).(*Conn)
	return c
}

func newConn(p *endpoint, raw *sock.Conn, data Data) *Conn {
	c := &Conn{endpoint: p, raw: raw, id: p.sockets.newID(), data: data, slots: make(chan struct{}, p.sockets.settings.Parallel)}
	c.parent = context.WithValue(context.Background(), connKey{}, c)
	return c
}

// ID returns the name of the socket, which no other ever has; see Hub.
func (c *Conn) ID() string { return c.id }

// Data returns the context data with which the client has connected. It is shared: read
// it, do not write it.
func (c *Conn) Data() Data { return c.data }

// Send tells the client of an event. It returns before the client has it: a client that
// does not read is disconnected when too much waits for it. The error is
// ErrSocketClosed, or says why the data cannot be encoded.
func (c *Conn) Send(event string, data any) error {
	if err := checkEvent(event); err != nil {
		return err
	}
	encoded, err := codec.JSON.Append(nil, data)
	if err != nil {
		return err
	}
	return c.raw.Send(eventFrame("", event, encoded))
}

// Close closes the socket once what was sent before is written. The code is 1000, or one
// of your own from 3000 to 4999; the client sees it with at most 123 bytes of the reason.
func (c *Conn) Close(code int, reason string) { c.raw.Close(code, reason) }

// maxEvent bounds the name of an event.
const maxEvent = 128

func checkEvent(event string) error {
	if event == "" || len(event) > maxEvent {
		return fault.Newf(fault.Invalid, "event: have a name of %d bytes, want 1 to %d", len(event), maxEvent)
	}
	return nil
}

// run serves the socket until it is closed, its requests are answered, and the services
// know.
func (c *Conn) run() {
	_ = c.raw.Send(connectedFrame(c.id)) // the queue is empty
	var greeted []*tenant
	code, reason := c.raw.Run(func() { greeted = c.greet() }, c.handle)
	for range cap(c.slots) {
		c.slots <- struct{}{}
	}
	c.endpoint.server.logger.Debug("websocket closed", "socket", c.id, "code", code, "reason", reason)
	for _, t := range greeted {
		if err := c.tell(t.disconnect); err != nil {
			t.host.Logger().Warn("a method that was to run after a disconnect did not, or has failed",
				"method", t.disconnect.method.Name, "socket", c.id, "error", err)
		}
	}
}

// greet tells the services that the client has connected, and returns those that have
// taken it in. The first that has not closes the socket.
func (c *Conn) greet() (greeted []*tenant) {
	for _, t := range c.endpoint.tenants {
		if err := c.tell(t.connect); err != nil {
			_ = c.raw.Send(errorFrame(nil, "", err)) // a client that is gone
			c.raw.Close(sock.ClosePolicy, "the service does not take the connection")
			return greeted
		}
		greeted = append(greeted, t)
	}
	return greeted
}

// tell runs the method of a hook, nil for none. It waits for a worker, however many others
// do: clients come and go in crowds.
func (c *Conn) tell(e *socketMethod) error {
	if e == nil {
		return nil
	}
	outcome := make(chan error, 1)
	r := &socketRequest{conn: c, served: e}
	r.prepare()
	if err := e.host.Spawn(context.Background(), &r.call, func(_ any, err error) { outcome <- r.explain(err) }); err != nil {
		return r.explain(err)
	}
	return <-outcome
}

// handle takes a frame. It runs on the goroutine that reads, and holds it up while as many
// requests run as may: the client is slowed down to the pace of the service.
func (c *Conn) handle(frame []byte) {
	a, err := readAsk(frame)
	if err != nil {
		c.refuse(a, "", err)
		return
	}
	e, err := c.endpoint.find(a.Method)
	if err != nil {
		c.refuse(a, "", err)
		return
	}
	select {
	case c.slots <- struct{}{}:
		c.begin(a, e)
	case <-c.raw.Closing():
	}
}

// begin runs a request, which has a slot.
func (c *Conn) begin(a ask, e *socketMethod) {
	r := &socketRequest{conn: c, served: e, ask: a}
	r.prepare()
	err := error(errClosed)
	if !c.draining.Load() {
		if err = r.call.Bind(); err == nil { // what is wrong with the data is said without a worker
			err = e.host.Queue(&r.call, nil)
		}
	}
	if err != nil {
		c.refuse(a, r.call.ID, r.explain(err))
		c.leave()
	}
}

// refuse answers with an error.
func (c *Conn) refuse(a ask, callID string, err error) {
	_ = c.raw.Send(errorFrame(a.Correlation, callID, err)) // a client that is gone
}

// leave gives the slot of a request back.
func (c *Conn) leave() {
	<-c.slots
	if c.draining.Load() && len(c.slots) == 0 {
		c.raw.Close(sock.CloseGoingAway, reasonStop)
	}
}

// drain closes the socket as soon as its requests are answered.
func (c *Conn) drain() {
	c.draining.Store(true)
	if len(c.slots) == 0 {
		c.raw.Close(sock.CloseGoingAway, reasonStop)
	}
}
