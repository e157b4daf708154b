package events

import (
	"context"
	"reflect"
	"strings"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// Event is the declaration of an event: who emits it, what it is called and what it
// carries. Emitter and handlers share it, so that the compiler checks both:
//
//	var Paid = events.Define[Payment]("payments", "paid")
//
//	Paid.Emit(ctx, s.Events, Payment{…})    // s.Events is an events.Dispatcher
//	events.On(Paid, (*Shipping).OnPaid)     // in the method Entrypoints of a service
type Event[T any] struct {
	source, name string
	options      []EmitOption // the first is of the source
}

// Define declares an event. The options hold for each that is emitted.
func Define[T any](source, event string, options ...EmitOption) Event[T] {
	return Event[T]{source, event, append([]EmitOption{ofSource(source)}, options...)}
}

// Emit emits the event through the dispatcher of the service that is its source, or
// of a program that was dialled as it.
func (e Event[T]) Emit(ctx context.Context, d Dispatcher, payload T, options ...EmitOption) error {
	return d(ctx, e.name, payload, joined(e.options, options)...)
}

// String returns "source.event".
func (e Event[T]) String() string { return e.source + "." + e.name }

// On declares that a method handles an event; the tag holds further options of
// [Handler]. It stands in the method Entrypoints of the service, see
// entrypoint.Bind.
func On[S, T any](e Event[T], method func(S, context.Context, T) error, tag ...reflect.StructTag) entrypoint.Binding {
	return entrypoint.BindAt(1, Handler{source: e.source, event: e.name}, method, tag...)
}

// Raw is an event as it came, for a method that decodes it itself or passes it on.
type Raw struct {
	ContentType string
	Body        []byte // to be read only
}

// Info is what is known of the event that a method handles.
type Info struct {
	ID      string    // by which it can be recognised
	Source  string    // service that emitted it
	Type    string    // what was emitted
	Key     string    // events with the same key are in order, "" for none
	Emitted time.Time // by the emitter's clock
	Attempt int       // 1 at the first; those that were lost with a process count, too
	Last    bool      // an error of this attempt makes the event dead, or drops it
	Stack   []string  // ids of the calls that led to it, oldest first
}

type infoKey struct{}

// FromContext returns what is known of the event that the method which runs under ctx
// handles. False means that it was not called by one.
func FromContext(ctx context.Context) (Info, bool) {
	o, ok := ctx.Value(infoKey{}).(*occurrence)
	if !ok {
		return Info{}, false
	}
	return o.known(), true
}

// stackOf reads ids of calls; more than a service would send are not taken over.
func stackOf(header string) []string {
	if header == "" || len(header) > 2048 {
		return nil
	}
	all := strings.Split(header, ",")
	return all[max(0, len(all)-entrypoint.MaxParents):]
}
