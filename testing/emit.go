package svctest

import (
	"context"
	"log/slog"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
)

// Emit emits an event, "source.type", in the place of its source. It returns once the
// event is stored; to wait until it was handled, Expect its handler before. An error
// fails the test.
func (w *World) Emit(event string, payload any, options ...events.EmitOption) {
	w.t.Helper()
	source, name, ok := strings.Cut(event, ".")
	if !ok || !broker.ValidName(source) {
		w.t.Fatalf("emit: have %q, want \"source.type\"", event)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := w.emitter().From(source)(ctx, name, payload, options...); err != nil {
		w.t.Fatalf("%v", err)
	}
}

// emitter returns what events are emitted with, on a connection of its own that is
// made when the first is.
func (w *World) emitter() *events.Standalone {
	w.t.Helper()
	w.emitting.Do(func() {
		logger := slog.New(slog.NewTextHandler(&w.log, nil))
		emitter, err := events.Dial(w.broker.URL(), "test", events.WithLogger(logger))
		if err != nil {
			w.t.Fatalf("connect: %v", err)
			return
		}
		w.emits = emitter
		w.t.Cleanup(func() { _ = emitter.Close() })
	})
	return w.emits
}

// DeadLetters returns the events that were given up, oldest first. An error fails the
// test.
func (w *World) DeadLetters() []events.Letter {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	dead, err := events.OpenDeadLetters(ctx, w.emitter().Connection())
	if err != nil {
		w.t.Fatalf("%v", err)
		return nil
	}
	var all []events.Letter
	for l, err := range dead.All(ctx, events.LetterFilter{}) {
		if err != nil {
			w.t.Fatalf("%v", err)
		}
		all = append(all, l)
	}
	return all
}
