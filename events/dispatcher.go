package events

import (
	"context"
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/tag"
)

// Dispatcher emits events whose types are not known beforehand, with the service as
// their source, and is a field of it. It returns as Publisher does.
//
//	Events events.Dispatcher
//
//	err := s.Events(ctx, "order_placed", order)
//
// Its tag keys are reliable and outbox.
type Dispatcher func(ctx context.Context, event string, payload any, options ...EmitOption) error

// dispatcherOptions are the tag keys of Dispatcher.
type dispatcherOptions struct {
	Reliable bool
	Outbox   string
}

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
