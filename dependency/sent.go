package dependency

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// Sent counts what one service sends, by where it goes. Its methods are safe for
// concurrent use; a nil *Sent counts nothing.
type Sent struct {
	mu   sync.RWMutex // guards what follows
	to   map[Outgoing]*Tally
	full bool
}

// maxTargets is how many targets of a service are told apart. Programs that make up
// names, such as hosts of a crawler, have more.
const maxTargets = 500

// Target is how often a service has sent something to one target.
type Target struct {
	Outgoing
	Requests int64
	Errors   int64 // requests that ended with one
}

// Tally counts requests. Its methods are safe for concurrent use; a nil *Tally counts
// nothing.
type Tally struct{ requests, errors atomic.Int64 }

// Count adds a request and its outcome.
func (t *Tally) Count(err error) {
	if t == nil {
		return
	}
	t.requests.Add(1)
	if err != nil {
		t.errors.Add(1)
	}
}

// To returns the tally of a target. Who asks for it in advance declares that the service
// will send something there. It is nil where there are too many targets.
func (s *Sent) To(o Outgoing) *Tally {
	if s == nil {
		return nil
	}
	s.mu.RLock()
	t, full := s.to[o], s.full
	s.mu.RUnlock()
	if t != nil || full {
		return t
	}
	return s.add(o)
}

func (s *Sent) add(o Outgoing) *Tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.to[o]; t != nil {
		return t
	}
	if s.full = len(s.to) >= maxTargets; s.full {
		return nil
	}
	if s.to == nil {
		s.to = make(map[Outgoing]*Tally)
	}
	t := new(Tally)
	s.to[o] = t
	return t
}

// Targets returns what was counted, sorted by kind and target.
func (s *Sent) Targets() []Target {
	if s == nil {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]Target, 0, len(s.to))
	for o, t := range s.to {
		all = append(all, Target{o, t.requests.Load(), t.errors.Load()})
	}
	slices.SortFunc(all, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Target, b.Target))
	})
	return all
}
