package events

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
)

// hub is what the events of one service go through, in both directions.
type hub struct {
	conn     *broker.Conn
	settings settings
	service  string // that is the source of what is emitted
	logger   *slog.Logger
	work     func(name string, f func(context.Context) error) // runs in the background

	tracer dependency.Tracer // nil for nobody
	sent   *dependency.Sent  // nil where the program is no service

	later  *later
	relays map[string]*relay // of outboxes, by database

	mu      sync.Mutex // guards streams
	streams map[string]*broker.Stream

	patience patience
}

type hubKey struct{ service string }

// host is what both kinds of plugins see of a container.
type host interface {
	broker.Host
	Service() string
	Version() string
	Instance() string
}

// hubOf returns the hub of the service that h hosts.
func hubOf(h host) (*hub, error) {
	return dependency.Shared(h, hubKey{h.Service()}, func() (*hub, error) {
		conn, err := broker.Open(h)
		if err != nil {
			return nil, err
		}
		s := defaults("configuration key events.timeout")
		if err := h.Config("events", &s); err != nil {
			return nil, err
		}
		b := newHub(conn, s, h.Service(), h.Logger(), h.Go)
		p := dependency.ProcessOf(h)
		b.tracer, b.sent = p.Tracer(), p.Sent(h.Service())
		return b, s.check()
	})
}

func newHub(conn *broker.Conn, s settings, service string, logger *slog.Logger, work func(string, func(context.Context) error)) *hub {
	b := &hub{
		conn: conn, settings: s, service: service, logger: logger, work: work,
		relays: make(map[string]*relay), streams: make(map[string]*broker.Stream),
	}
	b.later = newLater(b)
	return b
}

// Start begins the work in the background: events whose time has come are emitted, and
// those that wait in outboxes.
func (b *hub) Start(context.Context) error {
	for _, r := range b.relays {
		if err := r.start(); err != nil {
			return err
		}
	}
	b.later.start()
	return nil
}

// Stop ends it.
func (b *hub) Stop(ctx context.Context) error { return b.later.stop(ctx) }

// stream returns where the events of a source are, which it makes where it is
// missing: emitters and handlers do, so that neither has to wait for the other.
func (b *hub) stream(ctx context.Context, source string) (*broker.Stream, error) {
	b.mu.Lock()
	known := b.streams[source]
	b.mu.Unlock()
	if known != nil {
		return known, nil
	}
	opened, err := b.conn.Stream(ctx, sourceStream(b.conn, b.settings, source))
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if known := b.streams[source]; known != nil {
		return known, nil
	}
	b.streams[source] = opened
	b.logger.InfoContext(ctx, "events are stored", "source", source, "stream", opened.Name(), "reserves_bytes", b.settings.MaxBytes, "kept", b.settings.MaxAge)
	return opened, nil
}

// emit returns once the event is stored, or sent where it is unreliable.
func (b *hub) emit(ctx context.Context, event string, payload any, options []EmitOption) error {
	e := &emission{source: b.service, event: event}
	for _, option := range options {
		option(e)
	}
	if b.tracer == nil && b.sent == nil {
		return b.pass(ctx, e, payload)
	}
	out := dependency.Outgoing{Kind: kind, Target: e.String()}
	end := func(error) {}
	if b.tracer != nil {
		ctx, end = b.tracer.Outgoing(ctx, out)
	}
	err := b.pass(ctx, e, payload)
	b.sent.To(out).Count(err)
	end(err)
	return err
}

// pass lets an event take the way that its options say.
func (b *hub) pass(ctx context.Context, e *emission, payload any) error {
	m, err := e.message(ctx, b.conn.Namespace(), payload)
	if err != nil {
		return err
	}
	if e.outbox != "" {
		return e.post(ctx, m)
	}
	if e.unreliable {
		return e.named(b.conn.Send(m))
	}
	if e.batch != nil && !e.waits() {
		e.batch.add(b, *e, e.stored(m))
		return nil
	}
	return b.inTime(ctx, e, func(ctx context.Context) error { return b.store(ctx, e, m) })
}

// inTime calls f, which stores, and says what an error means for what is emitted.
func (b *hub) inTime(ctx context.Context, e *emission, f func(context.Context) error) error {
	limit, why := b.settings.Timeout, b.settings.source
	if deadline, ok := ctx.Deadline(); ok {
		limit, why = time.Until(deadline), "the deadline of the context"
	}
	within, cancel := b.patience.of(ctx, limit)
	defer cancel()
	err := f(within)
	if err != nil && within.Err() != nil && ctx.Err() != context.Canceled {
		return ErrNotStored.Explain("emit %s: the broker did not say within %v (%s) that it is stored: %v", e, limit.Round(time.Millisecond), why, err).Because(err)
	}
	return e.named(err)
}

// store stores an event where it belongs.
func (b *hub) store(ctx context.Context, e *emission, m *broker.Msg) error {
	if e.waits() {
		return b.later.store(ctx, e.source, m, e.due)
	}
	stream, err := b.stream(ctx, e.source)
	if err != nil {
		return err
	}
	if e.mandatory {
		if err := wanted(ctx, stream, m.Subject, e); err != nil {
			return err
		}
	}
	e.stored(m)
	_, err = stream.Store(ctx, m, m.Header.Get(broker.HeaderStoreID), 0)
	return err
}

// wanted returns ErrNoHandler where no handler is known that would get a message.
func wanted(ctx context.Context, stream *broker.Stream, subject string, e *emission) error {
	all, err := stream.Consumers(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if broker.Matches(c.Filter, subject) {
			return nil
		}
	}
	return ErrNoHandler.Explain("nobody handles %s", e)
}

// run does work until ctx ends, again after a pause where it fails.
func (b *hub) run(ctx context.Context, what string, f func(context.Context) error) error {
	pause := time.NewTicker(runAgain)
	defer pause.Stop()
	for {
		err := f(ctx)
		if ctx.Err() != nil || errors.Is(err, broker.ErrClosed) {
			return nil
		}
		if err != nil {
			b.logger.ErrorContext(ctx, "work in the background has failed; it is tried again", "work", what, "error", err)
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return nil
		}
	}
}

const runAgain = 5 * time.Second
