package rpc

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// patrol looks after the calls of one process that take long: it asks each
// instance, once for all calls that it has, whether it still has them, and asks
// all instances for calls that nobody has spoken of. Lost requests, lost answers
// and dead instances are found so, and cured in one way.
type patrol struct {
	caller *caller
	awake  atomic.Bool
	timer  *time.Timer

	mu      sync.Mutex // guards what follows
	rounds  int
	epoch   uint64    // of the connection
	settled time.Time // when instances had time to connect again, too
	cut     bool      // the last question could not be sent: there is no connection
	watched map[place]*watch
	queries []*query // unanswered
}

// place is an instance that has calls of ours.
type place struct{ service, instance string }

// watch is what is known of it.
type watch struct {
	heard time.Time // when it last answered; at first, when it was first asked
	round int       // when it was last seen to have calls
}

const (
	// patrolEvery is how often calls are looked at; every second time, instances
	// are asked.
	patrolEvery = 250 * time.Millisecond
	// silence is how long an instance may leave questions unanswered before the
	// calls that it has are sent elsewhere.
	silence = 1500 * time.Millisecond
	// settling is how long after a reconnect nobody is taken for dead: instances
	// connect again at about the same time.
	settling = 1500 * time.Millisecond
	// foreignFor is how long a service that nobody was there to ask of is let take
	// its time.
	foreignFor = time.Second
	// seenBefore is how often a call is seen to fly before it is asked for, and
	// seenLost, before it is taken for lost.
	seenBefore, seenLost = 1, 3
)

func newPatrol(c *caller) *patrol {
	p := &patrol{caller: c, watched: make(map[place]*watch)}
	p.timer = time.AfterFunc(time.Hour, p.walk)
	p.timer.Stop()
	return p
}

// wake sees to it that the patrol walks. It costs next to nothing where it does.
func (p *patrol) wake() {
	if !p.awake.Load() && p.awake.CompareAndSwap(false, true) {
		p.timer.Reset(patrolEvery)
	}
}

// stop ends the patrol.
func (p *patrol) stop() {
	p.awake.Store(true)
	p.timer.Stop()
}

// survey is what one walk finds.
type survey struct {
	flights int
	wheres  map[*peer][]sighting
	probes  map[place][]sighting
}

// sighting is a call as it was seen.
type sighting struct {
	subject string
	attempt int
}

// walk looks at all calls once. It runs on the goroutine of the timer.
func (p *patrol) walk() {
	if p.round(time.Now()) {
		p.timer.Reset(patrolEvery)
		return
	}
	p.awake.Store(false)
	p.caller.inbox.Each(func(r broker.Receiver) {
		if _, ok := r.(*flight); ok {
			p.wake() // it came in the same instant
		}
	})
}

// round reports whether there were calls to look at.
func (p *patrol) round(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	fresh := p.reconnected(now)
	p.rounds++
	s := p.survey(now)
	p.forget(now)
	for of, calls := range s.wheres {
		p.ask(now, broadcastSubject(p.caller.conn.Namespace(), of.name, whereVerb), &query{peer: of}, calls)
	}
	if fresh || p.rounds%2 == 0 {
		for at, calls := range s.probes {
			p.ask(now, controlSubject(p.caller.conn.Namespace(), at.service, at.instance, probeVerb), &query{at: at}, calls)
		}
	}
	p.caller.eachLine(func(l *line) { l.remind(now, fresh) })
	return s.flights > 0
}

// reconnected reports whether the connection was made anew since the last round.
func (p *patrol) reconnected(now time.Time) bool {
	epoch := p.caller.conn.Connections()
	fresh := epoch != p.epoch && p.epoch != 0
	if p.epoch = epoch; fresh {
		p.settled = now.Add(settling)
		for _, w := range p.watched {
			w.heard = p.settled.Add(2*patrolEvery - silence) // it is asked once more
		}
	}
	return fresh
}

// survey looks at every call under way.
func (p *patrol) survey(now time.Time) survey {
	s := survey{wheres: make(map[*peer][]sighting), probes: make(map[place][]sighting)}
	p.caller.inbox.Each(func(r broker.Receiver) {
		if f, ok := r.(*flight); ok {
			s.flights++
			p.inspect(f, &s, now)
		}
	})
	return s
}

// inspect says what is to be asked about a call.
func (p *patrol) inspect(f *flight, s *survey, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := sighting{f.address.Subject, f.journey.attempt}
	switch f.journey.state {
	case flying:
		if now.UnixNano()-f.peer.foreign.Load() < int64(foreignFor) {
			f.seen = min(f.seen, seenBefore-1) // it is asked on, in case that somebody who takes part comes
		}
		if f.seen < seenBefore || p.hears(now) {
			f.seen++
		}
		if f.seen >= seenLost {
			f.post(heard{word: lost, attempt: seen.attempt})
		} else if f.seen >= seenBefore || now.Before(p.settled) {
			s.wheres[f.peer] = append(s.wheres[f.peer], seen)
		}
	case held:
		at := place{f.target.service, f.journey.instance}
		s.probes[at] = append(s.probes[at], seen)
		if p.silent(at, now) && p.hears(now) && f.peer.budget.take() {
			f.post(heard{word: suspect, attempt: seen.attempt})
		}
	case waiting, over:
	}
}

// hears reports whether silence means something: not while there is no
// connection, nor just after it came back.
func (p *patrol) hears(now time.Time) bool { return !p.cut && !now.Before(p.settled) }

// silent reports whether an instance has left questions unanswered for too long.
func (p *patrol) silent(at place, now time.Time) bool {
	w := p.watched[at]
	if w == nil {
		w = &watch{heard: now}
		p.watched[at] = w
	}
	w.round = p.rounds
	return now.Sub(w.heard) >= silence
}

// forget drops what is known of instances that have no calls of ours, and closes
// questions that nobody will answer any more.
func (p *patrol) forget(now time.Time) {
	for at, w := range p.watched {
		if w.round != p.rounds {
			delete(p.watched, at)
		}
	}
	for len(p.queries) > 0 && now.Sub(p.queries[0].asked) > silence {
		p.caller.inbox.Close(p.queries[0].address)
		p.queries = p.queries[1:]
	}
}
