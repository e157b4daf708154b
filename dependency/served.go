package dependency

import (
	"sync/atomic"
	"time"
)

// Served counts the calls that came through one entrypoint and ran. Its methods are safe
// for concurrent use.
type Served struct {
	requests, errors, busy atomic.Int64
	latency                [classes]atomic.Int64
}

// Entrance is how the calls that came through one entrypoint fared.
type Entrance struct {
	Kind     string        // "rpc", "event", "http" …
	Name     string        // of the method on the wire
	Address  string        // "svc.rpc.orders.create", "POST /orders"
	Requests int64         // calls of it that ended
	Errors   int64         // requests that ended with one
	Busy     time.Duration // that they ran, together
	Latency  Latency
}

// Count adds a call that ran for so long, and its outcome.
func (s *Served) Count(took time.Duration, err error) {
	s.requests.Add(1)
	s.busy.Add(int64(took))
	s.latency[classOf(took)].Add(1)
	if err != nil {
		s.errors.Add(1)
	}
}

// Counted returns what was counted until now, without the names.
func (s *Served) Counted() Entrance {
	e := Entrance{
		Requests: s.requests.Load(), Errors: s.errors.Load(), Busy: time.Duration(s.busy.Load()), Latency: make(Latency),
	}
	for class := range s.latency {
		if n := s.latency[class].Load(); n > 0 {
			e.Latency[class] = n
		}
	}
	return e
}
