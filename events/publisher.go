package events

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/schema"
	"github.com/enoki-go/enoki/tag"
)

// Publisher emits the events of one type, with the service as their source, and is a
// field of it. A test sets it to a function of its own; otherwise it is filled:
//
//	Placed events.Publisher[OrderPlaced] `event:"order_placed"`
//
//	err := s.Placed(ctx, OrderPlaced{…})
//
// It returns once the event is stored, or why it is not: ErrNotStored, broker.ErrFull,
// broker.ErrNoJetStream. It waits for the broker until ctx ends, where that has no
// deadline for as long as the configuration key events.timeout says.
//
// Its tag keys are event, key (the field of T that handlers order by), reliable
// ("false" sends without storing), and outbox (the database with whose transaction the
// event is committed: it is emitted after that, and never without).
type Publisher[T any] func(ctx context.Context, payload T, options ...EmitOption) error

// Emit calls the publisher.
func (p Publisher[T]) Emit(ctx context.Context, payload T) error { return p(ctx, payload) }

// EmitAfter has the event emitted after a time, see After.
func (p Publisher[T]) EmitAfter(ctx context.Context, payload T, d time.Duration) error {
	return p(ctx, payload, After(d))
}

// EmitAt has the event emitted at a time, see At.
func (p Publisher[T]) EmitAt(ctx context.Context, payload T, t time.Time) error {
	return p(ctx, payload, At(t))
}

// publisherOptions are the tag keys of Publisher.
type publisherOptions struct {
	Event    string `tag:"event,required"`
	Key      string
	Reliable bool
	Outbox   string
}

// dispatcherOptions are the tag keys of Dispatcher.
type dispatcherOptions struct {
	Reliable bool
	Outbox   string
}

// Provide fills the field.
func (Publisher[T]) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	o := publisherOptions{Reliable: true}
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	if err := checkType(o.Event); err != nil {
		return nil, fmt.Errorf("tag key event: %w", err)
	}
	if o.Key != "" {
		if _, err := fieldOf(indirect(reflect.TypeFor[T]()), o.Key, "key"); err != nil {
			return nil, fmt.Errorf("tag key key: %w", err)
		}
	}
	b, fixed, err := dispatcherOptions{o.Reliable, o.Outbox}.open(h)
	if err != nil {
		return nil, err
	}
	if o.Key != "" {
		fixed = append(fixed, KeyBy(o.Key))
	}
	b.sent.To(dependency.Outgoing{Kind: kind, Target: b.service + "." + o.Event}) // declares it
	publish := Publisher[T](func(ctx context.Context, payload T, options ...EmitOption) error {
		return b.emit(ctx, o.Event, payload, joined(fixed, options))
	})
	return dependency.SameDescribed(publish, dependency.Description{
		Kind: kind, Target: b.service + "." + o.Event, Schema: schemaOf(reflect.TypeFor[T]()), Options: dispatcherOptions{o.Reliable, o.Outbox}.shown(),
	}), nil
}

// schemaOf returns the schema of a payload, nil where its type has none: a payload may
// be anything that can be encoded.
func schemaOf(t reflect.Type) json.RawMessage {
	if t == reflect.TypeFor[Raw]() {
		return nil
	}
	s, err := schema.Of(t)
	if err != nil {
		return nil
	}
	return s
}

// shown returns what the manifest says of the options.
func (o dispatcherOptions) shown() map[string]string {
	shown := make(map[string]string)
	if !o.Reliable {
		shown["reliable"] = "false"
	}
	if o.Outbox != "" {
		shown["outbox"] = o.Outbox
	}
	return shown
}

// open returns the hub of the service, and what the tag says of each event.
func (o dispatcherOptions) open(h dependency.Host) (*hub, []EmitOption, error) {
	b, err := hubOf(h)
	if err != nil {
		return nil, nil, err
	}
	var fixed []EmitOption
	if o.Reliable {
		b.later.speakFor(b.service)
	} else {
		fixed = append(fixed, Unreliable())
	}
	if o.Outbox == "" {
		return b, fixed, nil
	}
	if !o.Reliable {
		return nil, nil, fmt.Errorf("tag keys outbox and reliable: have outbox:%q and reliable:\"false\"; what waits in an outbox is reliable", o.Outbox)
	}
	return b, append(fixed, inOutbox(o.Outbox)), b.relayOf(h, o.Outbox)
}

func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// Dispatcher emits events whose types are not known beforehand, with the service as
// their source, and is a field of it. It returns as Publisher does.
//
//	Events events.Dispatcher
//
//	err := s.Events(ctx, "order_placed", order)
//
// Its tag keys are reliable and outbox.
type Dispatcher func(ctx context.Context, event string, payload any, options ...EmitOption) error

// Provide fills the field.
func (Dispatcher) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	o := dispatcherOptions{Reliable: true}
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	b, fixed, err := o.open(h)
	if err != nil {
		return nil, err
	}
	return dependency.SameDescribed(b.dispatcher(fixed), dependency.Description{Kind: kind, Target: b.service + ".*", Options: o.shown()}), nil
}

func (b *hub) dispatcher(fixed []EmitOption) Dispatcher {
	return func(ctx context.Context, event string, payload any, options ...EmitOption) error {
		return b.emit(ctx, event, payload, joined(fixed, options))
	}
}
