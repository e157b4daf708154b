package events

import (
	"context"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// lane is one consumer of a handler. Most handlers have one; one that is ordered has
// one for each partition.
type lane struct {
	handled *handled
	name    string
	filter  string
	slots   int // events at once in this process
	held    int // … in all processes, with those that wait for another attempt
	idle    time.Duration
	until   uint64 // number of the last event that it takes, 0 for no end

	stream   *broker.Stream
	consumer *broker.Consumer
}

const (
	// ackWait is how long an event of a process that is gone, or frozen, is kept from
	// others.
	ackWait = 30 * time.Second
	// maxHeld bounds the events that wait for another attempt: beyond, the handler gets
	// none.
	maxHeld = 50_000
)

// lanesOf returns the lanes of a handler.
func lanesOf(e *handled) []*lane {
	hash, namespace := hash8(e.Source, e.Event), e.hub.conn.Namespace()
	one := lane{
		handled: e, name: e.host.Service() + "--" + e.name + "--" + hash, slots: e.host.Workers(), held: maxHeld, idle: inactiveKept,
		filter: subjectOf(namespace, e.Source, "*", e.Event),
	}
	switch {
	case e.Mode == singleton:
		one.name = "SINGLETON--" + hash
	case e.Mode == broadcast && e.hub.settings.Identity != "":
		one.name += "--" + e.hub.settings.Identity
	case e.Mode == broadcast:
		one.name += "--" + e.host.Instance()
		one.idle = broadcastGap
	case e.Ordered != "":
		return one.partitioned(namespace)
	}
	return []*lane{&one}
}

// partitioned returns a lane for each partition. Each has one event at a time in all
// processes, which is what keeps them in order.
func (l lane) partitioned(namespace string) []*lane {
	var all []*lane
	for _, p := range allPartitions() {
		one := l
		one.slots, one.held = 1, 1
		one.filter = subjectOf(namespace, l.handled.Source, p, l.handled.Event)
		one.name += "--p" + p
		all = append(all, &one)
	}
	return all
}

func (l *lane) note() note {
	e := l.handled
	return note{e.String(), e.Source + "." + e.Event, e.Mode, e.host.Version()}
}

// open receives.
func (l *lane) open(ctx context.Context, stream *broker.Stream) (err error) {
	l.stream = stream
	l.consumer, err = stream.Receive(ctx, broker.ConsumerConfig{
		Name: l.name, Filter: l.filter, AckWait: ackWait, MaxHeld: l.held, FromNow: true, Idle: l.idle,
		Note: l.note().String(), Supersedes: l.note().supersedes,
		Slots: func() int { return l.slots },
	}, l.receive)
	if err != nil {
		return fmt.Errorf("stream %s: %w", stream.Name(), err)
	}
	return nil
}

// receive takes one delivery. It runs on the goroutine of the subscription, so
// nothing in it waits.
func (l *lane) receive(d *broker.Delivery) {
	e := l.handled
	if to := d.Msg.Header.Get(headerTo); to != "" && to != e.String() && to != l.name || l.until > 0 && d.Sequence > l.until {
		e.center.settled(d, "skipped", d.Ack())
		return
	}
	o := &occurrence{handled: e, lane: l, delivery: d}
	if d.Attempt == 0 {
		o.begin()
		return
	}
	e.center.work.Go(o.beginAgain)
}
