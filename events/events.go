// Package events is facts between services: [Handler] receives them; [Publisher],
// [Dispatcher] and [Event] emit them.
//
// An event is stored before Emit returns, and each handler gets it at least once,
// unless one of the two says reliable:"false". What travels, and how, is described in
// docs/protocol.md.
package events

import (
	"github.com/enoki-go/enoki/fault"
)

// kind is what calls of this package are called.
const kind = "event"

// Headers of an event, beside Content-Type, Svc-Data-* and, where it is stored,
// Nats-Msg-Id.
const (
	headerType  = "Content-Type"
	headerID    = "Svc-Id"        // of the event
	headerTime  = "Svc-Time"      // when it was emitted, RFC 3339
	headerStack = "Svc-Stack"     // ids of the calls that led to it, oldest first
	headerKey   = "Svc-Key"       // events with the same key are in the same partition
	headerField = "Svc-Key-Field" // of the payload, that the key was taken from
	headerTo    = "Svc-To"        // "service.method" of the only handler that is meant, or its consumer
	headerDue   = "Svc-Due"       // when it is to be emitted, RFC 3339
)

var (
	// ErrNotStored is returned where the broker did not say in time that it has
	// stored an event. It may have: who emits it again with the same id stores it once.
	ErrNotStored = fault.Declare("svc.not_stored", fault.Timeout, "the event may not be stored")
	// ErrNoHandler is returned for an event that was emitted with Mandatory and that
	// nobody handles.
	ErrNoHandler = fault.Declare("svc.no_handler", fault.NotFound, "nobody handles the event")
	// ErrBadEvent is returned for what is no event: a name that cannot be one, or a
	// payload that cannot be encoded.
	ErrBadEvent = fault.Declare("svc.bad_event", fault.Invalid, "the event cannot be emitted")
	// ErrStopped is returned for what is emitted while the program ends, after the
	// last call.
	ErrStopped = fault.Declare("svc.events_stopped", fault.Unavailable, "events are no longer emitted: the program ends")
)
