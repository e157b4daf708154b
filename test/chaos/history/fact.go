// Package history is what processes say of themselves, on disk where it survives
// their death.
package history

import "time"

// Kind says what a fact is about.
type Kind string

// What callers say.
const (
	Sent     Kind = "sent"     // a call was made: ID, Method, Limit
	Answered Kind = "answered" // it returned: ID, Method, Took, By or Error
)

// What callers of durable calls say, besides Sent. A call that is Submitted
// without an error is acknowledged.
const (
	Submitted Kind = "submitted" // it was stored: ID, Method, Took, Handle or Error
	Fetched   Kind = "fetched"   // its result was asked for: ID, Method, Took, By or Error
)

// What services say.
const (
	Began Kind = "began" // a call runs: ID, Method, Attempt
	Ended Kind = "ended" // it runs no more: ID, Method, Error
)

// What an attacker says.
const (
	Fired   Kind = "fired"   // a hostile message: Method says what it was, Took the processor time it cost, Error how it was refused
	Weighed Kind = "weighed" // a process that was attacked has grown by Number KiB
)

// What the collector finds when all is over.
const (
	Buried    Kind = "buried"    // a dead letter: ID of the event, Method of its handler, Error
	Committed Kind = "committed" // a row of an order: ID, Fails
	Effect    Kind = "effect"    // a row of the effect of an order: ID, Method that left it
	Ticked    Kind = "ticked"    // a message that stands for a due time: ID
	Drained   Kind = "drained"   // nothing waits any more
	Undrained Kind = "undrained" // it has waited long enough for what still waits: Error
)

// What the suite says of the processes; Process is the one meant.
const (
	Started  Kind = "started"  // it exists
	Ready    Kind = "ready"    // it can do its work
	Struck   Kind = "struck"   // Fault was done to it
	Resumed  Kind = "resumed"  // it is no longer frozen
	Exited   Kind = "exited"   // with Code
	Skipped  Kind = "skipped"  // Fault was not done, because of Error
	LoadDone Kind = "loaddone" // no more calls are made
)

// A Fact is one line of a history.
type Fact struct {
	Time    int64         `json:"t"` // nanoseconds since 1970
	Kind    Kind          `json:"k"`
	ID      string        `json:"id,omitempty"`      // of the call or the event; of a due time in milliseconds
	Method  string        `json:"m,omitempty"`       // of the call
	Attempt int           `json:"n,omitempty"`       // as the service was told; 0 at the first, of events 1
	Limit   time.Duration `json:"limit,omitempty"`   // how long the caller would wait
	Took    time.Duration `json:"took,omitempty"`    // until the caller had an answer
	By      string        `json:"by,omitempty"`      // the process that answered
	Error   string        `json:"err,omitempty"`     // empty for a result
	Handle  string        `json:"handle,omitempty"`  // of a durable call
	Typed   bool          `json:"typed,omitempty"`   // the error is a fault.Error
	Full    bool          `json:"full,omitempty"`    // the error is broker.ErrFull
	Fails   int           `json:"fails,omitempty"`   // how often the event is to fail; -1 for ever
	Key     string        `json:"key,omitempty"`     // of an event that is to be handled in order
	Number  int           `json:"no,omitempty"`      // of that among the events of its key, from 0
	Process string        `json:"process,omitempty"` // the one that the suite speaks of
	Fault   string        `json:"fault,omitempty"`   // what was done to it
	Code    int           `json:"code,omitempty"`    // its exit code; -1 for one that a signal killed

	From string `json:"-"` // the process that wrote it; Read sets it
}

// At returns the time of the fact.
func (f Fact) At() time.Time { return time.Unix(0, f.Time) }

// After reports whether f happened later than o.
func (f Fact) After(o Fact) bool { return f.Time > o.Time }

// Since returns how long after o the fact happened.
func (f Fact) Since(o Fact) time.Duration { return time.Duration(f.Time - o.Time) }
