package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/cmd/svc/internal/complete"
	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/suggest"
)

// nearEvent completes a sentence about an event for which none is stored, with the event
// that was perhaps meant: the nearest that is handled. It returns "" where none is near, or
// where the event is handled without being stored.
func nearEvent(ctx context.Context, conn *broker.Conn, event string) string {
	handled := handledEvents(ctx, conn)
	if slices.ContainsFunc(handled, func(pattern string) bool { return broker.Matches(pattern, event) }) {
		return ""
	}
	near := nearestEvent(event, handled)
	if near == "" {
		return ""
	}
	return "; did you mean " + present.Safe(near) + "?"
}

// handledEvents returns what the handlers take that are running, or have run within a week:
// "source.type", or a pattern of it. Who does not answer is left out: nobody waits long for
// a hint.
func handledEvents(ctx context.Context, conn *broker.Conn) []string {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	var all []string
	for _, s := range complete.NewDirectory(conn).Services() {
		for _, h := range s.Handlers {
			all = append(all, h.Source+"."+h.Type)
		}
	}
	backlogs, err := events.Backlogs(ctx, conn)
	if err != nil {
		return all
	}
	for _, b := range backlogs {
		all = append(all, b.Event)
	}
	return all
}

// nearestEvent returns the event in handled that a misspelt one was most likely meant to be,
// "" when none is near. The source and the type are each the same, or near enough.
func nearestEvent(event string, handled []string) string {
	types := make(map[string][]string) // by source
	for _, h := range handled {
		if source, kind, _ := strings.Cut(h, "."); !strings.ContainsAny(h, "*>") {
			types[source] = append(types[source], kind)
		}
	}
	source, kind, _ := strings.Cut(event, ".")
	source = sameOrNearest(source, slices.Collect(maps.Keys(types)))
	kind = sameOrNearest(kind, types[source])
	if source == "" || kind == "" {
		return ""
	}
	return source + "." + kind
}

func sameOrNearest(have string, among []string) string {
	if slices.Contains(among, have) {
		return have
	}
	return suggest.Nearest(have, among)
}
