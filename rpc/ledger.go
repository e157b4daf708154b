package rpc

import (
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// ledger is what an instance knows of the calls of those who take part in the
// direct protocol: those that it has, and the last answers. A call that comes
// again is found in it, so that it does not run again.
type ledger struct {
	accept func(*request) // tells a caller who has its call

	mu       sync.Mutex          // guards what follows
	active   map[string]*request // by reply subject
	first    *request            // of those that were not accepted yet, oldest first
	last     *request
	timer    *time.Timer // of accept
	ticking  bool        // or stopped
	stopped  bool
	finished answers
	unsent   []string // calls whose answers could not be sent
}

// acceptAfter is how long a call may take without its caller being told who has
// it.
const acceptAfter = 20 * time.Millisecond

func newLedger(accept func(*request)) *ledger {
	l := &ledger{accept: accept, active: make(map[string]*request), finished: newAnswers()}
	l.timer = time.AfterFunc(time.Hour, l.tick)
	l.timer.Stop()
	return l
}

// entry is a request's place in the ledger, which guards it.
type entry struct {
	newer, older *request
	listed       bool // among those that were not accepted yet
	gone         bool // answered, refused or handed back
	answered     bool
}

// begin enters a call. Where it is known, it returns the request that it was, or
// its answer.
func (l *ledger) begin(r *request) (known *request, answered *answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known = l.active[r.msg.Reply]; known != nil {
		return known, nil
	}
	if answered = l.finished.find(r.msg.Reply, r.received); answered != nil {
		return nil, answered
	}
	l.active[r.msg.Reply] = r
	l.list(r)
	if !l.ticking {
		l.ticking = true
		l.timer.Reset(acceptAfter)
	}
	return nil, nil
}

// end takes a call out; keep is its answer, nil where it has none. False means
// that it was taken out before and nothing is to be sent. Only an answer may
// follow another: the first was more than the broker takes.
func (l *ledger) end(r *request, keep *broker.Msg) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.entry.gone && (keep == nil || !r.entry.answered) {
		return false
	}
	if keep != nil {
		r.entry.answered = true
		l.finished.add(keep, time.Now())
	}
	if !r.entry.gone {
		r.entry.gone = true
		delete(l.active, r.msg.Reply)
		l.unlist(r)
	}
	return true
}

// find returns the call with a reply subject, or its answer.
func (l *ledger) find(key string) (*request, *answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.active[key]; r != nil {
		return r, nil
	}
	return nil, l.finished.find(key, time.Now())
}

func (l *ledger) list(r *request) {
	r.entry.listed = true
	if r.entry.older = l.last; l.last != nil {
		l.last.entry.newer = r
	} else {
		l.first = r
	}
	l.last = r
}

func (l *ledger) unlist(r *request) {
	e := &r.entry
	if !e.listed {
		return
	}
	if e.older != nil {
		e.older.entry.newer = e.newer
	} else {
		l.first = e.newer
	}
	if e.newer != nil {
		e.newer.entry.older = e.older
	} else {
		l.last = e.older
	}
	e.newer, e.older, e.listed = nil, nil, false
}

// tick accepts the calls that are due. It runs on the goroutine of the timer.
func (l *ledger) tick() {
	for _, r := range l.due(time.Now()) {
		l.accept(r)
	}
}

// due takes the calls that have taken long enough off the list.
func (l *ledger) due(now time.Time) (due []*request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.first != nil && now.Sub(l.first.received) >= acceptAfter {
		due = append(due, l.first)
		l.unlist(l.first)
	}
	if l.ticking = l.first != nil || l.stopped; l.first != nil && !l.stopped {
		l.timer.Reset(acceptAfter - now.Sub(l.first.received))
	}
	return due
}

// missed notes that the answer to a call could not be sent.
func (l *ledger) missed(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.unsent) < answersMost {
		l.unsent = append(l.unsent, key)
	}
}

// owed returns the calls whose answers could not be sent, once.
func (l *ledger) owed() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	keys := l.unsent
	l.unsent = nil
	return keys
}

// stop ends the timer.
func (l *ledger) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ticking, l.stopped = true, true
	l.timer.Stop()
}
