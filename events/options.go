package events

import (
	"slices"
	"time"
)

// EmitOption changes how one event is emitted.
type EmitOption func(*emission)

// ID names the event. The broker stores the same id of one type once within two
// minutes, so who does not know whether an event was stored emits it again with its id.
func ID(id string) EmitOption { return func(e *emission) { e.id = id } }

// IDBy is ID with the value of a field of the payload, given by its name on the wire.
func IDBy(field string) EmitOption { return func(e *emission) { e.identity = field } }

// Key says what the event is about: handlers that are ordered get the events with the
// same key one after the other.
func Key(key string) EmitOption { return func(e *emission) { e.key = key } }

// KeyBy is Key with the value of a field of the payload, given by its name on the
// wire.
func KeyBy(field string) EmitOption { return func(e *emission) { e.field = field } }

// At has the event emitted at a time, within the next year. Of the processes that
// emit or handle events one must live then, else it is emitted later.
func At(t time.Time) EmitOption { return func(e *emission) { e.due = t } }

// After is At a time from now.
func After(d time.Duration) EmitOption { return func(e *emission) { e.due = time.Now().Add(d) } }

// Mandatory has Emit fail with ErrNoHandler where nobody handles the event, also while
// that handler is not there. Without it such an event is gone, as facts are that
// nobody asks about.
func Mandatory() EmitOption { return func(e *emission) { e.mandatory = true } }

// Unreliable sends the event without storing it: handlers that are connected get it,
// at most once, with reliable:"false" or without.
func Unreliable() EmitOption { return func(e *emission) { e.unreliable = true } }

// joined returns the options of both; it changes neither, and copies only where it must.
func joined(fixed, more []EmitOption) []EmitOption {
	switch {
	case len(fixed) == 0:
		return more
	case len(more) == 0:
		return fixed
	default:
		return append(slices.Clip(fixed), more...)
	}
}

func ofSource(source string) EmitOption { return func(e *emission) { e.declared = source } }
