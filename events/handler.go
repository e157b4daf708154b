package events

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/tag"
)

// Handler is the marker that lets a method handle events:
//
//	_ events.Handler `method:"OnSettled" source:"payments" event:"settled"`
//
// The method is func([ctx context.Context,] [payload T]) [error]; T may be [Raw]. The
// event is handled when it returns nil. Its tag keys are method, workers, sensitive and
//
//   - source: the service that emits the event;
//   - event: its type, or a pattern: "order.*" is any type of two words that begins with
//     order, "order.>" of two or more;
//   - mode: service_pool, which holds where nothing is said, is one instance of each
//     service and method; singleton one of all handlers that say so; broadcast is every
//     instance;
//   - reliable: "false" takes what comes while it is connected, at most once, and needs no
//     JetStream;
//   - on_error: retry, which holds where nothing is said, or drop, which logs the error
//     and is done;
//   - attempts: after how many errors the event is dead: it is kept among the dead
//     letters, where svc dlq finds it; 5;
//   - backoff: how long it waits after the first error; twice as long after each
//     further one, at most an hour or the first wait, give or take a tenth; 1s;
//   - ordered: the field of the payload by which the emitter keys its events; those with
//     the same key are handled one after the other, also through retries;
//   - inbox: the database in whose transaction the method leaves its effect, which the
//     event then has exactly once;
//   - timeout: of one attempt; none.
//
// A handler that is not there for a week misses what was emitted. An event that no
// handler took within events.max_age goes.
type Handler struct{ source, event string } // set by On

var _ entrypoint.Declaration = Handler{}

// handlerOptions are the tag keys of Handler.
type handlerOptions struct {
	Source   string
	Event    string
	Mode     mode `oneof:"service_pool,singleton,broadcast"`
	Reliable bool
	OnError  string `oneof:"retry,drop"`
	Attempts int    `min:"1"`
	Backoff  time.Duration
	Ordered  string
	Inbox    string
	Timeout  time.Duration
}

// mode says who gets an event.
type mode string

const (
	servicePool mode = "service_pool"
	singleton   mode = "singleton"
	broadcast   mode = "broadcast"

	onErrorDrop = "drop"
)

// Declare makes the entrypoint.
func (h Handler) Declare(t reflect.StructTag, m *entrypoint.Method, host entrypoint.Host) (entrypoint.Entrypoint, error) {
	o := handlerOptions{
		Source: h.source, Event: h.event, Mode: servicePool, Reliable: true, OnError: "retry", Attempts: 5, Backoff: time.Second,
	}
	if err := tag.Read(t, &o, entrypoint.TagKeys()...); err != nil {
		return nil, err
	}
	if err := o.check(h, m); err != nil {
		return nil, err
	}
	b, err := hubOf(host)
	if err != nil {
		return nil, err
	}
	if err := o.checkAge(b.settings); err != nil {
		return nil, err
	}
	e := &handled{handlerOptions: o, hub: b, host: host, method: m, name: entrypoint.WireName(m.Name), suspects: newTurn()}
	if e.announced, err = broker.AnnouncementOf(host); err != nil {
		return nil, err
	}
	if o.Inbox != "" {
		if e.inbox, err = dependency.OutboxNamed(host, o.Inbox); err != nil {
			return nil, err
		}
	}
	if o.Reliable && !b.conn.Restricted() { // which lets only the emitter speak as the source
		b.later.speakFor(o.Source)
	}
	if !o.Reliable {
		return &listener{handled: e}, nil
	}
	if e.center, err = centerOf(host, b); err != nil {
		return nil, err
	}
	return e, e.center.add(e)
}

// check refuses what does not go together.
func (o handlerOptions) check(h Handler, m *entrypoint.Method) error {
	switch {
	case h.source != "" && (o.Source != h.source || o.Event != h.event):
		return fmt.Errorf("tag keys source and event: have %s.%s, but the handler is declared for %s.%s; leave them out", o.Source, o.Event, h.source, h.event)
	case o.Source == "":
		return fmt.Errorf("tag key %q is missing: want %s:\"…\", the service that emits the event", "source", "source")
	case !broker.ValidName(o.Source):
		return fmt.Errorf("tag key source: have %q, want 1 to 64 letters, digits, - or _", o.Source)
	case o.Event == "":
		return fmt.Errorf("tag key %q is missing: want %s:\"…\", the type of the event", "event", "event")
	case len(m.In) > 1:
		return fmt.Errorf("have %s, want at most one parameter beside the context: the payload of the event", m.Signature())
	case len(m.Out) > 0:
		return fmt.Errorf("have %s, want no result but an error: nobody waits for one", m.Signature())
	}
	if err := checkPattern(o.Event); err != nil {
		return fmt.Errorf("tag key event: %w", err)
	}
	return o.checkKinds(m)
}

// checkKinds refuses options that only some kinds of handlers have.
func (o handlerOptions) checkKinds(m *entrypoint.Method) error {
	switch {
	case !o.Reliable && (o.Ordered != "" || o.Inbox != ""):
		return errors.New("tag key reliable: have \"false\", but what is ordered or has an inbox is stored")
	case o.Ordered != "" && o.Mode != servicePool:
		return fmt.Errorf("tag key ordered: the mode is %s, want %s", o.Mode, servicePool)
	case o.Ordered == "" || len(m.In) == 0:
		return nil
	}
	t := indirect(m.In[0])
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[Raw]() {
		return nil // what is in it is not known
	}
	if _, err := fieldOf(t, o.Ordered, "key"); err != nil {
		return fmt.Errorf("tag key ordered: %w", err)
	}
	return nil
}

// checkAge refuses attempts that would take longer than events are kept.
func (o handlerOptions) checkAge(s settings) error {
	var total time.Duration
	for n := 1; n < o.Attempts && total < s.MaxAge; n++ {
		total += backoff(o.Backoff, n)
	}
	if o.Reliable && total >= s.MaxAge {
		return fmt.Errorf("tag keys attempts and backoff: %d attempts take longer than events are kept, %v (configuration key events.max_age)", o.Attempts, s.MaxAge)
	}
	return nil
}
