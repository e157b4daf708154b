package service

import (
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// Event is something that happened in an application, for logs, metrics, traces
// and tests. The kinds are CallStarted, CallEnded, Started, Draining and Stopped.
type Event interface{ event() }

// CallStarted is emitted on the worker, before the middleware.
type CallStarted struct {
	Call *entrypoint.Call
	Time time.Time
}

// CallEnded is emitted on the worker after the dependencies were released and
// before the call is answered.
type CallEnded struct {
	Call    *entrypoint.Call
	Result  any
	Err     error
	Elapsed time.Duration
}

// Started is emitted once a service is reachable.
type Started struct {
	Service  string
	Manifest Declared
}

// Draining is emitted when a service begins to stop.
type Draining struct{ Service string }

// Stopped is emitted when a service has stopped.
type Stopped struct {
	Service   string
	Cancelled int  // calls that were cancelled because the drain deadline passed, or by Kill
	Killed    bool // Kill cut the stop short
}

func (CallStarted) event() {}
func (CallEnded) event()   {}
func (Started) event()     {}
func (Draining) event()    {}
func (Stopped) event()     {}

// Observer receives every event, on the goroutine where it happens: it is quick
// and safe for concurrent use.
type Observer func(Event)
