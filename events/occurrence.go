package events

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// occurrence is one delivery of one event to one handler. Its exported methods are
// called by the host.
type occurrence struct {
	handled  *handled
	lane     *lane
	delivery *broker.Delivery
	call     entrypoint.Call
	lent     lent
	info     Info  // without what is read when it is asked for, see known
	tries    tries // what is known of earlier deliveries
	alone    bool  // it runs while no other suspect does
	arrived  time.Time
	handed   atomic.Bool // it is to run elsewhere: what it comes to here does not count
}

var (
	_ entrypoint.Stimulus = (*occurrence)(nil)
	_ entrypoint.Sourced  = (*occurrence)(nil)
)

// Source returns "source.type".
func (o *occurrence) Source() string { return o.info.Source + "." + o.info.Type }

// lent is the context in which methods find the event.
type lent struct {
	context.Context //nolint:containedctx // the one that it wraps
	occurrence      *occurrence
}

func (l *lent) Value(key any) any {
	if key == (infoKey{}) {
		return l.occurrence
	}
	return l.Context.Value(key)
}

// begin gives the event to a worker.
func (o *occurrence) begin() {
	if err := o.prepare(); err != nil {
		o.handled.center.work.Go(func() { o.bury(reasonUnreadable, err) })
		return
	}
	err := o.handled.host.Queue(&o.call, nil)
	if errors.Is(err, entrypoint.ErrBusy) { // more wait than the host would keep; this one is kept by the broker
		o.handled.center.work.Go(o.spawn)
		return
	}
	if err != nil {
		o.Done(nil, err)
	}
}

// spawn waits for a worker.
func (o *occurrence) spawn() {
	if err := o.handled.host.Spawn(o.handled.center.life, &o.call, nil); err != nil {
		o.Done(nil, entrypoint.ErrStopping)
	}
}

// prepare makes the call.
func (o *occurrence) prepare() error {
	e, m := o.handled, o.delivery.Msg
	o.info = briefInfo(e.hub.conn.Namespace(), m)
	if o.info.ID == "" {
		o.info.ID = o.nameless()
	}
	o.info.Attempt, o.info.Last = o.delivery.Attempt+1, o.tries.Errors+1 >= e.Attempts || e.OnError == onErrorDrop
	data, err := broker.DataOf(m.Header)
	if err != nil {
		return err
	}
	o.lent = lent{context.Background(), o}
	var ctx context.Context = &o.lent
	if e.Inbox != "" {
		ctx = dependency.WithInbox(ctx, dependency.InboxEntry{Database: e.Inbox, Consumer: e.String(), ID: o.info.effect()})
	}
	c := &o.call
	c.ID, c.Parents, c.Data, c.Attempt, c.Parent = o.info.ID, o.info.Stack, data, o.delivery.Attempt, ctx
	c.Kind, c.Name, c.Method, c.Stimulus = kind, e.name, e.method, o
	o.arrived = time.Now()
	if e.Timeout > 0 {
		c.Deadline = o.arrived.Add(e.Timeout)
	}
	return nil
}

// infoOf reads what is known of an event.
func infoOf(namespace string, m *broker.Msg) Info {
	i := briefInfo(namespace, m)
	i.complete(m)
	return i
}

// briefInfo is infoOf without what complete reads.
func briefInfo(namespace string, m *broker.Msg) Info {
	source, _, event, _ := splitSubject(namespace, m.Subject)
	id := m.Header.Get(headerID)
	if len(id) > 128 {
		id = ""
	}
	return Info{ID: id, Source: source, Type: event, Stack: stackOf(m.Header.Get(headerStack))}
}

// nameless returns an id for an event that came without one: its place among those that
// are stored, by which an inbox can recognise it, too.
func (o *occurrence) nameless() string {
	if o.lane == nil {
		return entrypoint.NewID()
	}
	return o.lane.stream.Name() + "-" + strconv.FormatUint(o.delivery.Sequence, 10)
}

// complete reads what only methods that ask for it, and tools, want to know.
func (i *Info) complete(m *broker.Msg) {
	i.Emitted, _ = time.Parse(time.RFC3339Nano, m.Header.Get(headerTime)) // zero where it is not said
	i.Key = broker.UnescapeHeader(m.Header.Get(headerKey))
}

// known returns all that is known of the event.
func (o *occurrence) known() Info {
	i := o.info
	i.complete(o.delivery.Msg)
	return i
}

// effect names the event among all that one handler may get.
func (i Info) effect() string { return i.Source + "." + i.Type + ":" + i.ID }

// Decode reads the payload.
func (o *occurrence) Decode(into []any) error {
	if len(into) == 0 {
		return nil
	}
	m := o.delivery.Msg
	if raw, ok := into[0].(*Raw); ok {
		*raw = rawOf(m)
		return nil
	}
	if len(m.Data) == 0 && o.handled.method.Optional(0) {
		return nil
	}
	c, err := codec.Of(m.Header.Get(headerType), m.Data)
	if err != nil {
		return err
	}
	return codec.Conceal(c.Decode(m.Data, into[0]), o.handled.method.Hide)
}

// Interrupt gives an event that is being handled to another instance: this one has to
// leave now.
func (o *occurrence) Interrupt() {
	o.handed.Store(true)
	o.handled.center.work.Go(o.leave)
}

// leave gives back an event that was not handled, and remembers that it was not lost.
func (o *occurrence) leave() {
	o.giveBack(0)
	o.close(o.handled.center.life)
}

// Done takes the outcome of the method.
func (o *occurrence) Done(_ any, err error) {
	if o.alone {
		defer o.handled.suspects.leave()
	}
	switch {
	case o.handed.Load():
	case entrypoint.Refused(err):
		o.handled.center.work.Go(o.leave)
	default:
		o.conclude(err)
	}
}

// conclude settles an event that was handled, or could not be.
func (o *occurrence) conclude(err error) {
	e := o.handled
	e.count(time.Since(o.arrived), err)
	switch {
	case err == nil, dependency.Handled(o.call.Parent):
	case o.call.Bind() != nil:
		e.center.work.Go(func() { o.bury(reasonUnreadable, o.call.Bind()) })
		return
	case dropped(err), e.OnError == onErrorDrop:
		e.center.dropped.Add(1)
		e.host.Logger().Warn("event dropped", "handler", e.String(), "event", o.info.Source+"."+o.info.Type, "event_id", o.info.ID, "error", err)
	default:
		e.center.failed.Add(1)
		e.center.work.Go(func() { o.failed(err) })
		return
	}
	e.center.settled(o.delivery, "acknowledged", o.delivery.Ack())
}

func (o *occurrence) giveBack(delay time.Duration) {
	o.handled.center.settled(o.delivery, "given back", o.delivery.Nak(delay))
}
