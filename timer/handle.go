package timer

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

const (
	// patience is how long a tick waits here for a worker before another instance
	// gets it.
	patience = time.Second
	// pause is how long it then stays with the broker: this instance asks again.
	pause = 250 * time.Millisecond
)

// delivery is a tick that the broker has handed to this instance.
type delivery struct {
	*broker.Delivery
	of     *clustered
	tick   Tick
	handed atomic.Bool // it is to be handled elsewhere: what comes of it here does not count
}

// receive takes a tick. It runs on the goroutine of the subscription, so nothing in
// it waits.
func (c *clustered) receive(stream *broker.Stream, d *broker.Delivery) {
	t, err := readTick(d.Msg)
	x := &delivery{Delivery: d, of: c, tick: t}
	if err != nil {
		c.host.Logger().Error("message dropped that is no tick of this job; somebody else stores there", "subject", d.Msg.Subject, "error", err)
		x.settled("dropped", d.Term())
		return
	}
	x.tick.Attempt = d.Attempt
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.stopping:
		x.giveBack(0)
	case c.misfire.stale(x.tick, time.Now()):
		c.work.Go(func() { x.beginLate(stream) })
	default:
		x.begin()
	}
}

// beginLate handles a tick that comes too late if it stands for all that were missed.
func (x *delivery) beginLate(stream *broker.Stream) {
	if x.of.misfire == Once {
		last, found, err := stream.Last(x.of.life, x.of.subject())
		switch {
		case err != nil:
			x.giveBack(pause)
			return
		case found && last.Sequence == x.Sequence:
			x.begin()
			return
		}
	}
	x.of.host.Logger().Info("tick left out: it was missed", "method", x.of.name, "due", x.tick.Due, "misfire", x.of.misfire)
	x.acknowledge()
}

// begin gives the tick to the host.
func (x *delivery) begin() {
	call := x.of.call(x.tick)
	call.Patience, call.Interrupt = patience, x.interrupt
	if err := x.of.host.Queue(call, func(_ any, err error) { x.done(err) }); err != nil {
		x.notRun(err)
	}
}

// interrupt gives a tick whose call runs to another instance: this one has to leave
// now.
func (x *delivery) interrupt() {
	x.handed.Store(true)
	x.giveBack(0)
}

// done takes the outcome of the method. The host has logged an error; the tick is
// done, and the next one is another chance.
func (x *delivery) done(err error) {
	switch {
	case x.handed.Load():
	case entrypoint.Refused(err):
		x.notRun(err)
	default:
		x.acknowledge()
	}
}

// notRun settles a tick that got no worker.
func (x *delivery) notRun(err error) {
	switch {
	case errors.Is(err, entrypoint.ErrExpired):
		x.of.expired(x.tick)
		x.acknowledge()
	case errors.Is(err, entrypoint.ErrBusy):
		x.giveBack(pause)
	default:
		x.giveBack(0)
	}
}

func (x *delivery) acknowledge()                 { x.settled("acknowledged", x.Ack()) }
func (x *delivery) giveBack(delay time.Duration) { x.settled("given back", x.Nak(delay)) }

func (x *delivery) settled(how string, err error) {
	if err != nil && !errors.Is(err, broker.ErrClosed) {
		x.of.host.Logger().Warn("tick cannot be settled", "method", x.of.name, "due", x.tick.Due, "how", how, "error", err)
	}
}
