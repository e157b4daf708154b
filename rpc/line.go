package rpc

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// line is where the calls of one method wait that no instance had a worker for,
// or whose instance is gone. All instances are told how many they are; whichever
// has a worker free offers it. Only an instance that can answer can offer, so a
// dead, frozen or cut-off one gets no call.
type line struct {
	caller  *caller
	peer    *peer
	method  string
	address broker.Address
	down    atomic.Bool  // nobody heard the last ticket
	busy    atomic.Int64 // when a call was last refused because no worker was free, in ns

	mu      sync.Mutex // guards what follows
	waiting []*flight  // oldest first
	told    int        // how many waited when the instances were last told
	toldAt  time.Time
	again   time.Duration // after which they are told again
	pending bool          // a ticket will be sent in an instant
}

func newLine(c *caller, p *peer, method string) *line {
	l := &line{caller: c, peer: p, method: method, address: c.inbox.Address(lineKind)}
	c.inbox.Open(l.address, l)
	return l
}

const (
	// ticketGap is how long further calls are collected before the instances are
	// told of them.
	ticketGap = time.Millisecond
	// ticketEvery is how often the instances are told at the most of calls that
	// they know of: an instance may be new.
	ticketEvery = time.Second
	// jam is how long after a refusal new calls stand behind those that wait. Then
	// one is tried again: workers that are free within their line's patience serve
	// more calls than workers that are offered one by one.
	jam = 25 * time.Millisecond
)

// jammed reports whether a new call would only be refused.
func (l *line) jammed() bool {
	return time.Now().UnixNano()-l.busy.Load() < int64(jam) && l.len() > 0
}

func (l *line) join(f *flight) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if most := l.caller.settings.Waiting; len(l.waiting) >= most {
		return ErrOverloaded.Explain("%d calls of %s.%s wait in this process already (configuration key rpc.waiting)",
			most, l.peer.name, l.method)
	}
	now := time.Now()
	f.half = now.Add(f.end.Sub(now) / 2)
	l.waiting = append(l.waiting, f)
	l.peer.lined.Add(1)
	l.announce(now)
	return nil
}

// announce sees to it that the instances know how many wait. The caller holds mu.
func (l *line) announce(now time.Time) {
	switch {
	case l.pending || len(l.waiting) <= l.told:
	case now.Sub(l.toldAt) >= ticketGap:
		l.tell(now)
	default:
		l.pending = true
		time.AfterFunc(ticketGap, l.late) // ends at once
	}
}

func (l *line) late() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending = false
	l.tell(time.Now())
}

// tell sends the ticket. The caller holds mu.
func (l *line) tell(now time.Time) {
	l.told, l.toldAt = len(l.waiting), now
	l.again = ticketEvery - rand.N(ticketEvery/4) //nolint:gosec // no secret
	l.caller.post(&broker.Msg{
		Subject: broadcastSubject(l.caller.conn.Namespace(), l.peer.name, ticketVerb),
		Reply:   l.address.Subject,
		Data:    encode(ticket{l.method, len(l.waiting)}),
	})
}

// renew tells the instances of calls that wait, though they may know.
func (l *line) renew() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = 0
	l.announce(time.Now())
}

// remind tells the instances again, where calls have waited long enough or now.
func (l *line) remind(now time.Time, urgent bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) > 0 && (urgent || now.Sub(l.toldAt) >= l.again) {
		l.tell(now)
	}
}

func (l *line) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

// leave takes a call out.
func (l *line) leave(f *flight) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.Index(l.waiting, f); at >= 0 {
		l.remove(at)
	}
}

// remove takes out the call at an index; where it was the last, the instances are
// told to offer no more. The caller holds mu.
func (l *line) remove(at int) {
	l.waiting = slices.Delete(l.waiting, at, at+1)
	l.peer.lined.Add(-1)
	if len(l.waiting) == 0 && l.told > 0 {
		l.tell(time.Now())
	}
}

// Receive takes an offer and gives it to a call.
func (l *line) Receive(m *broker.Msg) {
	if broker.NoResponders(m) {
		l.down.Store(true)
		l.doubt()
		return
	}
	if m.Reply == "" || m.Header.Get(headerKind) != kindOffer {
		return
	}
	l.down.Store(false)
	if !l.give(heard{word: offer, instance: m.Header.Get(headerInst), bind: m.Reply}) {
		l.caller.decline(m.Reply)
	}
}

// doubt lets the calls find out whether the service exists, where that is open: it
// was not asked just after a reconnect.
func (l *line) doubt() {
	if l.peer.answered.Load() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.waiting {
		f.post(heard{word: absent})
	}
}

// give passes an offer to the call whose turn it is. One that has no room for it
// stays in line.
func (l *line) give(h heard) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told--
	if len(l.waiting) == 0 {
		return false
	}
	at := l.turn(time.Now())
	if !l.waiting[at].post(h) {
		return false
	}
	l.remove(at)
	return true
}

// turn returns the index of the call whose turn it is: the oldest, unless that has
// waited for half of its time. Then there is more work than workers, and serving
// the oldest first would give every worker to a call that will be late anyway.
// The caller holds mu.
func (l *line) turn(now time.Time) int {
	if now.After(l.waiting[0].half) {
		return len(l.waiting) - 1
	}
	return 0
}
