package events

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/broker"
)

// EmitAll emits many events, which are stored together: they are sent in their order,
// and only then it is waited for what the broker says of each. One that cannot be
// encoded keeps all from being emitted. Otherwise the error names those that may not be
// stored, by their index; who emits all of them again gives them ids with IDBy.
//
// What waits, for its time or in an outbox, and what is unreliable, is emitted one by one.
func (p Publisher[T]) EmitAll(ctx context.Context, payloads []T, options ...EmitOption) error {
	return emitAll(ctx, payloads, options, p)
}

// EmitAll is Emit for many events, see [Publisher.EmitAll].
func (e Event[T]) EmitAll(ctx context.Context, d Dispatcher, payloads []T, options ...EmitOption) error {
	return emitAll(ctx, payloads, options, func(ctx context.Context, payload T, options ...EmitOption) error {
		return e.Emit(ctx, d, payload, options...)
	})
}

// emitAll has emit, which may be a function of a test, put its events into a batch.
func emitAll[T any](ctx context.Context, payloads []T, options []EmitOption, emit func(context.Context, T, ...EmitOption) error) error {
	b := new(batch)
	options = joined(options, []EmitOption{func(e *emission) { e.batch = b }})
	for i, payload := range payloads {
		if err := emit(ctx, payload, options...); err != nil {
			return fmt.Errorf("payload %d: %w", i, err)
		}
	}
	return b.store(ctx)
}

// batch is events of one source that are to be stored together.
type batch struct {
	hub    *hub
	first  emission
	events []broker.Outgoing
	wanted map[string]emission // those that are mandatory, by their subjects
}

func (b *batch) add(h *hub, e emission, m *broker.Msg) {
	if b.hub == nil {
		b.hub, b.first = h, e
	}
	if e.mandatory {
		if b.wanted == nil {
			b.wanted = make(map[string]emission)
		}
		b.wanted[m.Subject] = e
	}
	b.events = append(b.events, broker.Outgoing{Msg: m, ID: m.Header.Get(broker.HeaderStoreID)})
}

// store stores what was gathered.
func (b *batch) store(ctx context.Context) error {
	if len(b.events) == 0 {
		return nil
	}
	return b.hub.inTime(ctx, &b.first, func(ctx context.Context) error {
		stream, err := b.hub.stream(ctx, b.first.source)
		if err != nil {
			return err
		}
		for subject, e := range b.wanted {
			if err := wanted(ctx, stream, subject, &e); err != nil {
				return err
			}
		}
		_, err = stream.StoreAll(ctx, b.events)
		return err
	})
}
