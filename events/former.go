package events

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
)

// A handler that is changed to another event leaves a consumer behind, with the events
// that were emitted before and not handled yet. They go to the method that they were
// meant for, and then the consumer goes. Only a service of the same version or a later
// one does so, and only where no instance of an older one is at it.

const formerLook = time.Minute

// watchFormer looks for consumers of former handlers.
func (c *center) watchFormer(ctx context.Context) error {
	look := time.NewTicker(formerLook)
	defer look.Stop()
	warned := make(map[string]bool)
	for {
		if err := c.clearFormer(ctx, warned); err != nil && ctx.Err() == nil && !errors.Is(err, broker.ErrClosed) {
			c.host.Logger().WarnContext(ctx, "former handlers cannot be looked for; it is tried again", "error", err)
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// clearFormer looks once; warned has the consumers that were warned of.
func (c *center) clearFormer(ctx context.Context, warned map[string]bool) error {
	return eachConsumer(ctx, c.hub.conn, func(stream *broker.Stream, state broker.ConsumerState, n note) error {
		return c.former(ctx, stream, state, n, warned)
	})
}

// former empties one consumer, where it is that of a former handler.
func (c *center) former(ctx context.Context, stream *broker.Stream, state broker.ConsumerState, n note, warned map[string]bool) error {
	version := compareVersions(c.host.Version(), n.version)
	if n.mode != servicePool || version < 0 || c.wants(stream, state.Name) {
		return nil
	}
	e, ofService := c.handlerOf(n.handler)
	switch {
	case !ofService, state.Waiting > 0, state.Held > 0: // somebody else's, or an older version is at it
		return nil
	case state.Pending == 0 && (e != nil || version > 0):
		return stream.DropConsumer(ctx, state.Name)
	case e == nil && (state.Pending == 0 || warned[state.Name]):
		return nil
	case e == nil:
		warned[state.Name] = true
		c.host.Logger().WarnContext(ctx, "events wait for a handler that the service no longer has; they go when it was away for a week",
			"handler", n.handler, "event", n.event, "events", state.Pending, "consumer", state.Name)
		return nil
	default:
		return c.empty(ctx, stream, state, e)
	}
}

// wants reports whether a consumer is that of a handler as it is declared now.
func (c *center) wants(stream *broker.Stream, consumer string) bool {
	for _, e := range c.handled {
		if stream.Name() != c.hub.conn.StreamName("EVT", e.Source) {
			continue
		}
		if slices.ContainsFunc(lanesOf(e), func(l *lane) bool { return l.name == consumer }) {
			return true
		}
	}
	return false
}

// handlerOf returns the handler "service.method", nil where the service has no such
// method. False means that it is of another service.
func (c *center) handlerOf(name string) (e *handled, ofService bool) {
	if !strings.HasPrefix(name, c.host.Service()+".") {
		return nil, false
	}
	for _, e := range c.handled {
		if e.String() == name {
			return e, true
		}
	}
	return nil, true
}

// empty handles what waits for a former handler, then drops its consumer.
func (c *center) empty(ctx context.Context, stream *broker.Stream, state broker.ConsumerState, e *handled) error {
	whole, err := stream.State(ctx)
	if err != nil {
		return err
	}
	c.host.Logger().InfoContext(ctx, "handling events of a former handler", "handler", e.String(), "consumer", state.Name, "events", state.Pending)
	l := &lane{handled: e, name: state.Name, filter: state.Filter, slots: 1, held: 1, idle: inactiveKept, until: whole.Last}
	if err := c.openLane(ctx, l, stream); err != nil {
		return err
	}
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for state.Pending > 0 || state.Held > 0 {
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil // the center gives back what is held
		}
		var found bool
		if state, found, err = stream.Consumer(ctx, state.Name); err != nil || !found {
			return err
		}
	}
	return errors.Join(l.consumer.Stop(ctx), stream.DropConsumer(ctx, state.Name))
}
