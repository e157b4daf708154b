package events

import (
	"context"
	"slices"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/suggest"
)

// destination is a consumer that events are stored for.
type destination struct {
	note   note // of its handler
	name   string
	filter string
	stream *broker.Stream
}

// route is the way of one event to one handler.
type route struct {
	destination
	subject string
	to      string // value of headerTo
}

// by returns the way through a destination. It is the consumer that is addressed, for
// handlers may share one, and a handler may have several. Only of a broadcast to
// instances that are not known any more all are meant.
func (x destination) by(subject string) route {
	r := route{x, subject, x.name}
	if x.note.mode == broadcast {
		r.to = x.note.handler
	}
	return r
}

// confirm returns an error where the destination is gone: then what was stored for it
// is, too.
func (r route) confirm(ctx context.Context) error {
	_, found, err := r.stream.Consumer(ctx, r.name)
	if err == nil && !found {
		err = ErrNoHandler.Explain("handler %s has gone in this moment", r.note.handler)
	}
	return err
}

// routes are all destinations as they were a moment ago.
type routes struct {
	all  []destination
	read time.Time
}

// routesFresh is for how long. Who replays many letters asks once in that time.
const routesFresh = 5 * time.Second

// Handlers returns the handlers that are known to the broker, "service.method", sorted:
// those that have run within a week, and are reliable.
func (d *DeadLetters) Handlers(ctx context.Context) ([]string, error) {
	all, err := d.destinations(ctx)
	return handlersOf(all), err
}

func handlersOf(all []destination) []string {
	var names []string
	for _, x := range all {
		names = append(names, x.note.handler)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (d *DeadLetters) destinations(ctx context.Context) ([]destination, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if time.Since(d.routes.read) < routesFresh {
		return d.routes.all, nil
	}
	all, err := readDestinations(ctx, d.conn)
	if err == nil {
		d.routes = routes{all, time.Now()}
	}
	return all, err
}

func readDestinations(ctx context.Context, c *broker.Conn) ([]destination, error) {
	var all []destination
	err := eachConsumer(ctx, c, func(stream *broker.Stream, s broker.ConsumerState, n note) error {
		all = append(all, destination{n, s.Name, s.Filter, stream})
		return nil
	})
	return all, err
}

// route finds the way of a letter to a handler, "" for its own.
func (d *DeadLetters) route(ctx context.Context, l Letter, to string) (route, error) {
	all, err := d.destinations(ctx)
	if err != nil {
		return route{}, err
	}
	subject := l.msg.Header.Get(headerDeadSubject)
	if to == "" {
		to = l.Handler
	}
	if to == l.Handler {
		if i := slices.IndexFunc(all, func(x destination) bool { return x.name == l.consumer && broker.Matches(x.filter, subject) }); i >= 0 {
			return route{all[i], subject, l.consumer}, nil
		}
	}
	all = slices.DeleteFunc(slices.Clone(all), func(x destination) bool { return x.note.handler != to })
	if i := slices.IndexFunc(all, func(x destination) bool { return broker.Matches(x.filter, subject) }); i >= 0 {
		return all[i].by(subject), nil
	}
	return d.detour(ctx, l, to, all)
}

// detour finds the way to a handler that does not take the event of the letter under
// its own name: it gets it as what it takes, where that is one event.
func (d *DeadLetters) detour(ctx context.Context, l Letter, to string, all []destination) (route, error) {
	for _, x := range all {
		if source, _, event, ok := splitSubject(d.conn.Namespace(), x.filter); ok && checkType(event) == nil {
			return x.by(subjectOf(d.conn.Namespace(), source, keyless, event)), nil
		}
	}
	if len(all) > 0 {
		return route{}, ErrNoHandler.Explain("handler %s takes %s, which does not take in %s", to, all[0].note.event, l.Event)
	}
	known, err := d.Handlers(ctx)
	if err != nil {
		return route{}, err
	}
	if hint := suggest.Hint(to, known); hint != "" {
		return route{}, ErrNoHandler.Explain("no handler %s is known to the broker; %s", to, hint)
	}
	return route{}, ErrNoHandler.Explain("no handler %s is known to the broker; handlers are %s", to, suggest.List(known))
}
