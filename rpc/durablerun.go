package rpc

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

const (
	// durablePatience is how long a delivery waits here for a worker that direct calls
	// have taken, before another instance gets it.
	durablePatience = time.Second
	// durablePause is how long it then stays in the queue: this instance asks again.
	durablePause = 250 * time.Millisecond
	// storeLimit bounds the storing of a result; then it is lost, and the call is not.
	storeLimit = time.Minute
)

// durableRun is one delivery of a durable call.
type durableRun struct {
	request
	durable  *durableServer
	delivery *broker.Delivery
	arrived  time.Time
	handed   atomic.Bool // it is to run elsewhere: what it comes to here does not count
}

// receive takes one delivery. It runs on the goroutine of the subscription, so
// nothing in it waits.
func (d *durableServer) receive(delivery *broker.Delivery) {
	s := d.server
	name, ok := strings.CutPrefix(delivery.Msg.Subject, queueSubject(s.conn.Namespace(), s.host.Service(), ""))
	if !ok {
		s.host.Logger().Error("message of the queue dropped: it is no call of this service; somebody else made the stream, or changed it",
			"subject", delivery.Msg.Subject)
		if err := delivery.Term(); err != nil {
			s.host.Logger().Warn("message of the queue cannot be dropped", "subject", delivery.Msg.Subject, "error", err)
		}
		return
	}
	c := &durableRun{durable: d, delivery: delivery, arrived: time.Now()}
	c.request = request{msg: delivery.Msg, name: name, received: delivery.Stored, server: s}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopping {
		c.giveBack(0)
		return
	}
	if delivery.Attempt == 0 {
		c.begin()
		return
	}
	d.work.Go(c.beginAgain)
}

// beginAgain runs a call that was delivered before, unless its result is there: then
// only the broker was not told. Whether it is, has to be asked.
func (c *durableRun) beginAgain() {
	ctx, cancel := context.WithTimeout(c.durable.life, startLimit)
	defer cancel()
	_, done, err := c.durable.depot.results.Last(ctx, c.resultSubject())
	switch {
	case err != nil:
		c.giveBack(durablePause)
	case done:
		c.acknowledge()
	default:
		c.begin()
	}
}

// begin gives the call to the host.
func (c *durableRun) begin() {
	if refused := c.prepare(); refused != nil {
		c.conclude(c.wire(refusal(refused)))
		return
	}
	err := c.served.host.Queue(&c.call, c.done)
	if err != nil {
		c.notRun(err)
	}
}

// prepare reads the call, so that what is wrong with it is answered without a
// worker.
func (c *durableRun) prepare() *fault.Error {
	if refused := c.read(); refused != nil {
		return refused
	}
	if c.durable.methods[c.name] == nil {
		return ErrUnknownMethod.Explain("method %s of %s is not durable: its marker does not say delivery:%q",
			c.name, c.server.host.Service(), durable)
	}
	if !time.Now().Before(c.call.Deadline) {
		return ErrExpired
	}
	c.call.Attempt, c.call.Patience, c.call.Interrupt = c.delivery.Attempt, durablePatience, c.interrupt
	return nil
}

// interrupt gives a call that runs to another instance: this one has to leave now.
func (c *durableRun) interrupt() {
	c.handed.Store(true)
	c.giveBack(0)
}

// notRun settles a call that got no worker.
func (c *durableRun) notRun(err error) {
	switch {
	case errors.Is(err, entrypoint.ErrExpired):
		c.conclude(c.wire(refusal(ErrExpired)))
	case errors.Is(err, entrypoint.ErrBusy):
		c.giveBack(durablePause)
	default:
		c.giveBack(0)
	}
}

// done takes the outcome of the method. The worker does not wait until it is
// stored.
func (c *durableRun) done(out any, err error) {
	switch {
	case c.handed.Load():
	case entrypoint.Refused(err):
		c.notRun(err)
	default:
		c.served.counters.Count(time.Since(c.arrived))
		c.conclude(c.outcome(out, err))
	}
}

// outcome returns the result as it is stored.
func (c *durableRun) outcome(out any, err error) *broker.Msg {
	if err != nil {
		w := toWire(err)
		c.served.counters.Fail(oneLine(w.Message))
		return c.wire(w)
	}
	body, err := c.codec.Append(nil, out)
	if err != nil {
		return c.wire(c.badResult(err))
	}
	return &broker.Msg{Header: broker.Header{headerType: {c.codec.ContentType()}}, Data: body}
}

func (c *durableRun) badResult(err error) wireFault {
	c.server.host.Logger().Error("result cannot be stored", "method", c.name, "call_id", c.call.ID, "error", err)
	return refusal(ErrBadResult.Explain("result of %s: %v", c.target(), err))
}

// wire returns an error as it is stored, without its details where they cannot be
// encoded.
func (c *durableRun) wire(w wireFault) *broker.Msg {
	body, err := c.codec.Append(nil, w)
	if err != nil {
		w.Message, w.Details = fmt.Sprintf("%s (the rest is lost: %v)", oneLine(w.Message), err), nil
		body, _ = c.codec.Append(nil, w) // strings can be encoded
	}
	return &broker.Msg{Header: w.headers(c.codec.ContentType()), Data: body}
}

// conclude has the result stored; the worker goes on meanwhile.
func (c *durableRun) conclude(m *broker.Msg) {
	c.delivery.FreeSlot()
	c.durable.settleSoon(c, m)
}

// id returns the id of the call. Who stored it without one cannot ask for a result,
// but the number tells it from others.
func (c *durableRun) id() string {
	if id := c.header(headerID); validID(id) {
		return id
	}
	return strconv.FormatUint(c.delivery.Sequence, 10)
}

func (c *durableRun) resultSubject() string {
	return resultSubject(c.server.conn.Namespace(), c.server.host.Service(), c.id())
}

func (c *durableRun) acknowledge() { c.settled("acknowledged", c.delivery.Ack()) }

func (c *durableRun) giveBack(delay time.Duration) {
	c.settled("given back", c.delivery.Nak(delay))
}

func (c *durableRun) settled(how string, err error) {
	if err != nil && !errors.Is(err, broker.ErrClosed) {
		c.server.host.Logger().Warn("durable call cannot be settled", "method", c.name, "call_id", c.id(), "how", how, "error", err)
	}
}
