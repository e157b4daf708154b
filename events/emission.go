package events

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
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

// EmitOption changes how one event is emitted.
type EmitOption func(*emission)

// ID names the event. The broker stores the same id of one type once within two
// minutes, so who does not know whether an event was stored emits it again with its id.
func ID(id string) EmitOption { return func(e *emission) { e.id = id } }

// IDBy is ID with the value of a field of the payload, given by its name on the wire.
func IDBy(field string) EmitOption { return func(e *emission) { e.identity = field } }

// Key says what the event is about: handlers that are ordered get the events with the
// same key one after the other.
func Key(key string) EmitOption { return func(e *emission) { e.key = key } }

// KeyBy is Key with the value of a field of the payload, given by its name on the
// wire.
func KeyBy(field string) EmitOption { return func(e *emission) { e.field = field } }

// At has the event emitted at a time, within the next year. Of the processes that
// emit or handle events one must live then, else it is emitted later.
func At(t time.Time) EmitOption { return func(e *emission) { e.due = t } }

// After is At a time from now.
func After(d time.Duration) EmitOption { return func(e *emission) { e.due = time.Now().Add(d) } }

// Mandatory has Emit fail with ErrNoHandler where nobody handles the event, also while
// that handler is not there. Without it such an event is gone, as facts are that
// nobody asks about.
func Mandatory() EmitOption { return func(e *emission) { e.mandatory = true } }

// Unreliable sends the event without storing it: handlers that are connected get it,
// at most once, with reliable:"false" or without.
func Unreliable() EmitOption { return func(e *emission) { e.unreliable = true } }

// joined returns the options of both; it changes neither, and copies only where it must.
func joined(fixed, more []EmitOption) []EmitOption {
	switch {
	case len(fixed) == 0:
		return more
	case len(more) == 0:
		return fixed
	default:
		return append(slices.Clip(fixed), more...)
	}
}

func ofSource(source string) EmitOption { return func(e *emission) { e.declared = source } }

// String names the event in messages.
func (e *emission) String() string { return e.source + "." + e.event }

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

// header returns what travels beside the payload. An event that is not stored has no
// time and no id, unless it was given one: nothing could be recognised by it, and the
// first header costs a good part of what such an event does.
func (e *emission) header(ctx context.Context, contentType string) broker.Header {
	h := make(broker.Header, 4)
	if e.id == "" && !e.unreliable {
		e.id = entrypoint.NewID()
	}
	values := [...]string{e.id, time.Now().UTC().Format(time.RFC3339Nano), contentType}
	if e.id != "" {
		h[headerID], h[headerTime] = values[0:1:1], values[1:2:2]
	}
	if contentType != "" {
		h[headerType] = values[2:3:3]
	}
	if c := entrypoint.FromContext(ctx); c != nil {
		h[headerStack] = []string{strings.Join(c.Stack(), ",")}
	}
	broker.PutData(h, entrypoint.Data(ctx))
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

// usualBody is what most payloads fit into, so that they are not copied as they grow.
const usualBody = 128

// encode returns the body of a payload; no payload has none.
func encode(payload any) (contentType string, body []byte, err error) {
	switch p := payload.(type) {
	case nil:
		return "", nil, nil
	case Raw:
		return p.ContentType, p.Body, nil
	case json.RawMessage:
		return codec.JSON.ContentType(), p, nil
	default:
		body, err = codec.Msgpack.Append(make([]byte, 0, usualBody), payload)
		return codec.Msgpack.ContentType(), body, err
	}
}

// fieldKey is a field of a type, by its name on the wire.
type fieldKey struct {
	t    reflect.Type
	name string
}

var fieldIndexes sync.Map // fieldKey to []int

// valueOf returns the value of a field of the payload as text; role is what for.
func valueOf(payload any, name, role string) (string, error) {
	v := reflect.Indirect(reflect.ValueOf(payload))
	if !v.IsValid() {
		return "", fmt.Errorf("have no payload, want one with the field %q, which is the %s", name, role)
	}
	index, err := fieldOf(v.Type(), name, role)
	if err != nil {
		return "", err
	}
	field := v.FieldByIndex(index)
	return fmt.Sprint(field.Interface()), nil
}

// fieldOf returns where the field of a struct is that has a name on the wire, or in
// Go.
func fieldOf(t reflect.Type, name, role string) ([]int, error) {
	if found, ok := fieldIndexes.Load(fieldKey{t, name}); ok {
		return found.([]int), nil
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("have %s, want a struct with the field %q, which is the %s", t, name, role)
	}
	for _, f := range reflect.VisibleFields(t) {
		wire, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && !f.Anonymous && (wire == name || f.Name == name) {
			fieldIndexes.Store(fieldKey{t, name}, f.Index)
			return f.Index, nil
		}
	}
	return nil, fmt.Errorf("%s has no field %q, which is the %s", t, name, role)
}
