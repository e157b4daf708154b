package events

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
)

func inOutbox(database string) EmitOption { return func(e *emission) { e.outbox = database } }

// post puts an event into the outbox of the call's transaction.
func (e *emission) post(ctx context.Context, m *broker.Msg) error {
	outbox, ok := dependency.OutboxOf(ctx, e.outbox)
	if !ok {
		return ErrBadEvent.Explain("emit %s: its publisher says outbox:%q, but ctx is not that of a call: there is no transaction to commit it with", e, e.outbox)
	}
	if !e.due.IsZero() {
		m.Header[headerDue] = []string{e.due.UTC().Format(time.RFC3339Nano)}
	}
	l := dependency.Letter{ID: m.Subject + ":" + e.id, Subject: m.Subject, Header: m.Header, Body: m.Data}
	return e.named(outbox.Put(ctx, l))
}

// relay sends what waits in the outbox of one database, as do the relays of the other
// instances. An event that was sent but not removed is sent again: the broker
// recognises it by its id for two minutes, and an inbox for ever.
type relay struct {
	hub   *hub
	name  string
	place *dependency.OutboxPlace
	store dependency.OutboxStore
}

const (
	relayBatch = 256
	relayLook  = time.Second // for what other processes have left
)

// relayOf makes the relay of a database, once.
func (b *hub) relayOf(h dependency.Host, database string) error {
	if b.relays[database] != nil {
		return nil
	}
	place, err := dependency.OutboxNamed(h, database)
	if err != nil {
		return err
	}
	b.relays[database] = &relay{hub: b, name: database, place: place}
	return nil
}

func (r *relay) start() (err error) {
	if r.store, err = r.place.Store(); err != nil {
		return fmt.Errorf("tag key outbox: %w", err)
	}
	r.hub.work("outbox "+r.name, func(ctx context.Context) error {
		return r.hub.run(ctx, "emptying outbox "+r.name, r.empty)
	})
	return nil
}

// empty sends what waits and what comes, until something fails.
func (r *relay) empty(ctx context.Context) error {
	look := time.NewTicker(relayLook)
	defer look.Stop()
	for {
		letters, err := r.store.Pending(ctx, relayBatch)
		if err != nil {
			return err
		}
		if len(letters) > 0 {
			if err := r.send(ctx, letters); err != nil {
				return err
			}
			continue
		}
		select {
		case <-r.store.Changed():
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// send sends letters in their order, as many as it can, and removes those.
func (r *relay) send(ctx context.Context, letters []dependency.Letter) error {
	within, cancel := context.WithTimeout(ctx, dependency.OutboxClaim/2)
	defer cancel()
	sent := make([]string, 0, len(letters))
	var failed error
	for _, l := range letters {
		if failed = r.sendOne(within, l); failed != nil {
			failed = fmt.Errorf("event %s: %w", l.ID, failed)
			break
		}
		sent = append(sent, l.ID)
	}
	return errors.Join(failed, r.store.Sent(context.WithoutCancel(ctx), sent...))
}

func (r *relay) sendOne(ctx context.Context, l dependency.Letter) error {
	m := &broker.Msg{Subject: l.Subject, Header: l.Header, Data: l.Body}
	if m.Header == nil {
		m.Header = broker.Header{}
	}
	source, _, event, ok := splitSubject(r.hub.conn.Namespace(), l.Subject)
	if !ok {
		return fmt.Errorf("have subject %q, want that of an event in namespace %s; delete the row, or run a service with its namespace", l.Subject, r.hub.conn.Namespace())
	}
	if due, err := time.Parse(time.RFC3339Nano, m.Header.Get(headerDue)); err == nil {
		return r.hub.later.store(ctx, source, m, due)
	}
	stream, err := r.hub.stream(ctx, source)
	if err != nil {
		return err
	}
	_, err = stream.Store(ctx, m, storeID(event, m.Header.Get(headerID)), 0)
	return err
}
