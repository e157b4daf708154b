package rpc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// flight is one call under way, on the side that makes it. The caller owns the
// call until it has an answer: it alone sends it, again where it has to.
type flight struct {
	caller  *caller
	target  target
	peer    *peer
	address broker.Address
	out     outgoing
	mail    chan heard
	timer   *time.Timer
	line    *line // where it waits; nil where it does not. Used by the goroutine of the call only

	end  time.Time // of its time
	half time.Time // of the time it had when it joined its line

	mu      sync.Mutex // held to change what follows, and by the patrol to read it
	journey journey
	seen    int // how often the patrol saw it fly
}

// mailRoom is how many words of a call can wait to be heard. What does not fit is
// lost, and asked for again.
const mailRoom = 8

var flights = sync.Pool{New: func() any {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &flight{mail: make(chan heard, mailRoom), timer: timer, out: newOutgoing()}
}}

func (c *caller) newFlight(t target) *flight {
	f := flights.Get().(*flight)
	f.caller, f.target, f.peer = c, t, c.peerOf(t)
	f.address = c.inbox.Address(callKind)
	c.inbox.Open(f.address, f)
	c.patrol.wake()
	return f
}

// land ends the flight: nothing reaches it any more.
func (f *flight) land() {
	f.caller.inbox.Close(f.address)
	if f.line != nil {
		f.line.leave(f)
	}
	f.timer.Stop()
	for range len(f.mail) {
		if h := <-f.mail; h.word == offer {
			f.decline(h)
		}
	}
	f.out.reset()
	f.caller, f.peer, f.line, f.target = nil, nil, nil, target{}
	f.journey, f.seen = journey{}, 0
	flights.Put(f)
}

// Receive takes what is sent to the address of the call.
func (f *flight) Receive(m *broker.Msg) { f.post(read(m)) }

// post leaves a word for the goroutine of the call; false means that there was no
// room.
func (f *flight) post(h heard) bool {
	select {
	case f.mail <- h:
		return true
	default:
		return false
	}
}

// fly sends the call and returns its answer.
func (f *flight) fly(ctx context.Context, left time.Duration) (*broker.Msg, error) {
	f.timer.Reset(left)
	f.end = time.Now().Add(left)
	if err := f.depart(ctx); err != nil {
		return nil, err
	}
	for {
		select {
		case h := <-f.mail:
			if h.word == result {
				return h.msg, nil
			}
			if err := f.hear(ctx, h); err != nil {
				return nil, err
			}
		case <-f.timer.C:
			return nil, errLate
		case <-ctx.Done():
			return nil, f.abandoned(ctx)
		case <-f.caller.conn.Closed():
			return nil, broker.ErrClosed
		}
	}
}

// errLate says that the time of a call is up.
var errLate = errors.New("the time is up")

// depart makes the first attempt. Where calls wait for a worker already, it is to
// stand behind them.
func (f *flight) depart(ctx context.Context) error {
	if l := f.peer.crowded(f.target.method); l != nil {
		f.mu.Lock()
		f.journey.state = waiting
		f.mu.Unlock()
		return f.join(l)
	}
	return f.caller.conn.SendWhenUp(ctx, &f.out.msg, f.timer.C)
}

// hear takes in a word of the call and does what has to be done.
func (f *flight) hear(ctx context.Context, h heard) error {
	f.mu.Lock()
	move := f.journey.hear(h)
	f.mu.Unlock()
	if h.instance != "" {
		f.peer.spoke()
	}
	switch move {
	case wonder, doubt:
		if !f.exists(ctx) {
			return broker.ErrNoResponders
		}
		if move == wonder {
			return f.join(f.peer.line(f.caller, f.target.method))
		}
	case queue:
		l := f.peer.line(f.caller, f.target.method)
		if h.word == busy {
			l.busy.Store(time.Now().UnixNano())
		}
		return f.join(l)
	case bind:
		f.line = nil // who offered took it out
		return f.bind(h)
	case leave:
		f.line.leave(f)
		f.line = nil
	case decline:
		f.decline(h)
	case giveUp:
		return ErrWorkerLost.Explain("%d instances of %s were lost while they ran %s; it is not tried again", maxLost, f.target.service, f.target.method)
	case refuse:
		return broker.ErrForbidden.Explain("the broker's permissions do not let this process send to %s", f.out.msg.Subject)
	case stay, finish:
	}
	return nil
}

// exists reports whether it is worth while to wait for the service.
func (f *flight) exists(ctx context.Context) bool {
	if f.target.atOnce {
		return f.caller.patrol.unsettled(time.Now())
	}
	ctx, cancel := context.WithDeadline(ctx, f.end)
	defer cancel()
	return f.peer.exists(ctx, f.caller) || f.caller.patrol.unsettled(time.Now())
}

// decline gives an offer back. The instance takes it that no call of this caller
// waits any more; where some do, it is told so.
func (f *flight) decline(h heard) {
	f.caller.decline(h.bind)
	if f.peer.lined.Load() > 0 {
		f.peer.line(f.caller, f.target.method).renew()
	}
}

// join stands in line.
func (f *flight) join(l *line) error {
	if err := l.join(f); err != nil {
		return err
	}
	f.line = l
	return nil
}

// bind sends the call to the worker that was offered.
func (f *flight) bind(h heard) error {
	left := time.Until(f.end)
	if left <= 0 {
		f.decline(h)
		return errLate
	}
	f.out.again(h.bind, left, f.journey)
	err := f.caller.conn.Send(&f.out.msg)
	if errors.Is(err, broker.ErrDisconnected) {
		return f.hear(context.Background(), heard{word: nobody}) // it never left
	}
	return err
}

// abandoned tells the instance that nobody waits any more, where the caller gave
// up: of a deadline it knows itself.
func (f *flight) abandoned(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errLate
	}
	switch j := f.journey; {
	case j.state == held:
		f.caller.tell(controlSubject(f.caller.conn.Namespace(), f.target.service, j.instance, cancelVerb), f.address.Subject)
	case j.state == flying, j.begun:
		f.caller.tell(broadcastSubject(f.caller.conn.Namespace(), f.target.service, goneVerb), f.address.Subject)
	}
	return context.Cause(ctx)
}

// whereabouts says how far a call has come whose time is up.
func (f *flight) whereabouts() string {
	switch {
	case f.journey.state == held:
		return fmt.Sprintf("; instance %s had the call", f.journey.instance)
	case f.journey.state == waiting && f.line != nil && f.line.down.Load():
		return fmt.Sprintf("; no instance of %s is running", f.target.service)
	case f.journey.state == waiting:
		return fmt.Sprintf("; all workers of %s were busy", f.target)
	default:
		return ""
	}
}
