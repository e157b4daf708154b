package shell

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
)

// dispatchName is what n.dispatch_event is called.
const dispatchName = "dispatch_event"

// dispatchParams are its parameters, in their order.
var dispatchParams = []string{"source", "type", "data"}

// dispatch is n.dispatch_event(source, type, data): it emits an event as the service
// source does, and returns once the event is stored, with what it is known by and
// whether a handler is there who will get it.
func (s *Session) dispatch(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source, event, id, key string
	var data starlark.Value = starlark.None
	p := dispatchParams
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, p[0], &source, p[1], &event, p[2]+"?", &data, "id?", &id, "key?", &key); err != nil {
		return nil, err
	}
	if err := checkEvent(source, event); err != nil {
		return nil, err
	}
	payload, err := toGo(data)
	if err != nil {
		return nil, fmt.Errorf("dispatch %s.%s: %w", source, event, err)
	}
	ctx, err := s.carry(contextOf(thread), "dispatch "+source+"."+event)
	if err != nil {
		return nil, err
	}
	if id == "" {
		id = strings.ToLower(rand.Text())
	}
	options := []events.EmitOption{events.ID(id)}
	if key != "" {
		options = append(options, events.Key(key))
	}
	handled, err := s.emit(ctx, source, event, payload, options)
	if err != nil {
		return nil, err
	}
	return happened(source+"."+event, id, handled)
}

// checkEvent looks at what was typed: a source is a name, a type is names with dots.
func checkEvent(source, event string) error {
	for _, word := range append(strings.Split(event, "."), source) {
		if !broker.ValidName(word) {
			return events.ErrBadEvent.Explain("have source %q and type %q, want names of 1 to 64 letters, digits, - or _, the type with dots between several", source, event)
		}
	}
	return nil
}

// emit emits an event, and reports whether somebody handles it.
func (s *Session) emit(ctx context.Context, source, event string, payload any, options []events.EmitOption) (handled bool, err error) {
	if s.emitter == nil {
		if s.emitter, err = s.config.Events(ctx); err != nil {
			return false, err
		}
	}
	defer s.timed(time.Now())
	emit := s.emitter.From(source)
	err = emit(ctx, event, payload, append(options, events.Mandatory())...)
	if !errors.Is(err, events.ErrNoHandler) {
		return true, err
	}
	return false, emit(ctx, event, payload, options...)
}

// happened is what dispatch_event returns.
func happened(event, id string, handled bool) (starlark.Value, error) {
	all, err := toStarlark(map[string]any{"event": event, "id": id, "handled": handled})
	if err == nil {
		all.Freeze()
	}
	return all, err
}
