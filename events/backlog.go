package events

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/broker"
)

// Backlog is how many stored events a handler has not handled yet.
type Backlog struct {
	Handler string // "service.method"
	Event   string // "source.type", or a pattern of it
	Waiting uint64 // that were not given to it yet
	Held    int    // that it has, or that wait to be tried again
}

// Backlogs returns those of all handlers that are known to the broker: those that have
// run within a week, and are reliable. They are sorted by handler and event. Where the
// broker stores nothing the error is broker.ErrNoJetStream.
func Backlogs(ctx context.Context, c *broker.Conn) ([]Backlog, error) {
	var all []Backlog
	err := eachConsumer(ctx, c, func(_ *broker.Stream, s broker.ConsumerState, n note) error {
		all = addBacklog(all, Backlog{n.handler, n.event, s.Pending, s.Held})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("backlogs of handlers: %w", err)
	}
	slices.SortFunc(all, func(a, b Backlog) int { return strings.Compare(a.Handler+" "+a.Event, b.Handler+" "+b.Event) })
	return all, nil
}

// addBacklog adds what waits for one consumer: a handler has several where it is
// ordered, or runs in every instance.
func addBacklog(all []Backlog, b Backlog) []Backlog {
	i := slices.IndexFunc(all, func(a Backlog) bool { return a.Handler == b.Handler && a.Event == b.Event })
	if i < 0 {
		return append(all, b)
	}
	all[i].Waiting += b.Waiting
	all[i].Held += b.Held
	return all
}
