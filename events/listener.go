package events

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

// listener is a handler that is not reliable: it takes what is sent while it is
// connected, stored or not, and what it cannot take is gone.
type listener struct {
	*handled
	sub     *broker.Subscription
	lost    atomic.Uint64
	telling sync.Once
}

var _ entrypoint.Describer = (*listener)(nil)

// Start subscribes.
func (l *listener) Start(ctx context.Context) (err error) {
	queue := l.host.Service() + "--" + l.name
	switch l.Mode {
	case singleton:
		queue = "SINGLETON--" + hash8(l.Source, l.Event)
	case broadcast:
		queue = ""
	case servicePool:
	}
	conn := l.hub.conn
	l.sub, err = conn.SubscribeReader(subjectOf(conn.Namespace(), l.Source, "*", l.Event), queue, l.receive)
	if err != nil {
		return err
	}
	return errors.Join(l.announce(), conn.Flush(ctx))
}

// Stop ends the subscription.
func (l *listener) Stop(ctx context.Context) error {
	err := l.announced.Withdraw(ctx)
	if l.sub == nil {
		return err
	}
	return errors.Join(err, l.sub.Stop(ctx))
}

// receive takes one event. It runs on the goroutine of the subscription, which nothing
// but a method holds up.
func (l *listener) receive(m *broker.Msg, reader *broker.Reader) {
	if to := m.Header.Get(headerTo); to != "" && to != l.String() {
		return
	}
	o := &overheard{listener: l, occurrence: occurrence{handled: l.handled}, message: broker.Delivery{Msg: m}}
	o.delivery = &o.message
	if err := o.prepare(); err != nil {
		l.drop(err)
		return
	}
	o.call.Stimulus = o
	if err := l.host.Serve(&o.call, nil, reader); err != nil {
		l.drop(err)
	}
}

// overheard is an event that nobody stores for the handler.
type overheard struct {
	occurrence
	listener *listener
	message  broker.Delivery
}

var _ entrypoint.Stimulus = (*overheard)(nil)

// Interrupt does nothing: the event can go to no other instance.
func (*overheard) Interrupt() {}

// Done takes the outcome of the method, which the host has logged where it is an error.
func (o *overheard) Done(_ any, err error) {
	if entrypoint.Refused(err) {
		o.listener.drop(err)
		return
	}
	o.listener.count(time.Since(o.arrived), err)
}

// drop counts an event that was not handled, and says so once.
func (l *listener) drop(err error) {
	if errors.Is(err, entrypoint.ErrStopping) {
		return
	}
	l.lost.Add(1)
	l.telling.Do(func() {
		l.host.Logger().Warn("events are dropped, as reliable:\"false\" allows; further ones are not logged", "handler", l.String(), "error", err)
	})
}
