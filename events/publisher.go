package events

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/dependency"
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
