package events

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

// emission is one event on its way out.
type emission struct {
	source, event string
	id            string
	key, field    string // of the payload that the key is taken from, where there is one
	due           time.Time
	unreliable    bool
	mandatory     bool
	outbox        string // database that it waits in until it is sent, "" for none
	declared      string // source that its declaration names
	identity      string // field of the payload that the id is taken from, where there is one
	batch         *batch // that it is to be stored with, nil for none
}

// String names the event in messages.
func (e *emission) String() string { return e.source + "." + e.event }

// named says of an error what was emitted; nil stays nil.
func (e *emission) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("emit %s: %w", e, err)
}

const maxDelay = 366 * 24 * time.Hour

// check refuses what cannot be emitted.
func (e *emission) check() error {
	if err := checkType(e.event); err != nil {
		return ErrBadEvent.Explain("emit of %s: %v", e.source, err)
	}
	switch {
	case e.declared != "" && e.declared != e.source:
		return ErrBadEvent.Explain("emit %s.%s: this is %s; an event is emitted by its source", e.declared, e.event, e.source)
	case len(e.id) > 128 || strings.ContainsAny(e.id, ",\r\n"):
		return ErrBadEvent.Explain("emit %s: have id %.128q, want at most 128 bytes without commas and line breaks", e, e.id)
	case len(e.key) > 256:
		return ErrBadEvent.Explain("emit %s: have a key of %d bytes, want at most 256", e, len(e.key))
	case e.batch != nil && e.id != "" && e.identity == "":
		return ErrBadEvent.Explain("emit %s: have the id %q for several events, want none, or IDBy a field", e, e.id)
	case time.Until(e.due) > maxDelay:
		return ErrBadEvent.Explain("emit %s: have %s as its time, want one within a year", e, e.due.Format(time.RFC3339))
	case e.unreliable && (e.mandatory || e.outbox != "" || !e.due.IsZero()), e.mandatory && (e.outbox != "" || !e.due.IsZero()):
		return ErrBadEvent.Explain("emit %s: what is unreliable can neither wait nor be mandatory, and what waits, for its time or in an outbox, cannot be mandatory", e)
	default:
		return nil
	}
}

// message returns the event as it is sent.
func (e *emission) message(ctx context.Context, namespace string, payload any) (*broker.Msg, error) {
	contentType, body, err := encode(payload)
	if err != nil {
		return nil, ErrBadEvent.Explain("emit %s: %v", e, err)
	}
	if err := e.readFields(payload); err != nil {
		return nil, ErrBadEvent.Explain("emit %s: %v", e, err)
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	if contentType == contentTypeOf(body) {
		contentType = "" // it is found
	}
	return &broker.Msg{Subject: subjectOf(namespace, e.source, partitionOf(e.key), e.event), Header: e.header(ctx, contentType), Data: body}, nil
}

// header returns what travels beside the payload, nil for nothing. An event that is not
// stored has no time and no id, unless it was given one: nothing could be recognised by
// it, and the first header costs a good part of what such an event does.
func (e *emission) header(ctx context.Context, contentType string) broker.Header {
	if e.id == "" && !e.unreliable {
		e.id = entrypoint.NewID()
	}
	c, data := entrypoint.FromContext(ctx), entrypoint.Data(ctx)
	if e.id == "" && e.key == "" && contentType == "" && c == nil && len(data) == 0 {
		return nil
	}
	h := make(broker.Header, 4)
	if e.id != "" {
		values := [...]string{e.id, time.Now().UTC().Format(time.RFC3339Nano)}
		h[headerID], h[headerTime] = values[0:1:1], values[1:2:2]
	}
	if contentType != "" {
		h[headerType] = []string{contentType}
	}
	if c != nil {
		h[headerStack] = []string{strings.Join(c.Stack(), ",")}
	}
	broker.PutData(h, data)
	e.putKey(h)
	return h
}

// readFields takes from the payload what is said to be in it.
func (e *emission) readFields(payload any) (err error) {
	if e.field != "" {
		if e.key, err = valueOf(payload, e.field, "key"); err != nil {
			return err
		}
	}
	if e.identity != "" {
		e.id, err = valueOf(payload, e.identity, "id")
	}
	return err
}

func (e *emission) putKey(h broker.Header) {
	if e.key == "" {
		return
	}
	h[headerKey] = []string{broker.EscapeHeader(e.key)}
	if e.field != "" {
		h[headerField] = []string{e.field}
	}
}

// waits reports whether the event is to be emitted later.
func (e *emission) waits() bool { return !e.due.IsZero() && time.Until(e.due) > 0 }

// stored returns m with the header by which the broker recognises it; where it is
// there, storing need not copy the others to add it.
func (e *emission) stored(m *broker.Msg) *broker.Msg {
	m.Header[broker.HeaderStoreID] = []string{storeID(e.event, e.id)}
	return m
}

// storeID returns the id under which the broker recognises an event of its source.
func storeID(event, id string) string { return event + ":" + id }
