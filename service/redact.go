package service

import (
	"context"
	"encoding"
	"fmt"
	"log/slog"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
)

// redactor keeps secrets out of a log: what stands under a key that config.Secret knows,
// in groups, maps and structs, too, and the credentials of URLs. It cannot know a secret that
// stands somewhere else.
type redactor struct {
	slog.Handler

	secret bool // all that follows stands in a group with the name of a secret
}

// Handle copies a record only where there is something to hide.
func (h *redactor) Handle(ctx context.Context, r slog.Record) error {
	if !h.concerns(r) {
		return h.Handler.Handle(ctx, r)
	}
	quiet := slog.NewRecord(r.Time, r.Level, redactURLs(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		a, _ = h.redact(a)
		quiet.AddAttrs(a)
		return true
	})
	return h.Handler.Handle(ctx, quiet)
}

func (h *redactor) concerns(r slog.Record) bool {
	found := strings.Contains(r.Message, "://")
	r.Attrs(func(a slog.Attr) bool {
		_, changed := h.redact(a)
		found = found || changed
		return !found
	})
	return found
}

// WithAttrs redacts what all records of a logger have.
func (h *redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	quiet := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		quiet[i], _ = h.redact(a)
	}
	return &redactor{h.Handler.WithAttrs(quiet), h.secret}
}

// WithGroup keeps a whole group out where its name is that of a secret.
func (h *redactor) WithGroup(name string) slog.Handler {
	return &redactor{h.Handler.WithGroup(name), h.secret || config.Secret(name)}
}

// redact returns an attribute as it may be shown, and whether that is another one.
func (h *redactor) redact(a slog.Attr) (_ slog.Attr, changed bool) {
	if h.secret || config.Secret(a.Key) {
		return slog.String(a.Key, entrypoint.Hidden), true
	}
	v := a.Value.Resolve()
	changed = a.Value.Kind() == slog.KindLogValuer // it is asked once
	switch v.Kind() {
	case slog.KindString:
		if text := v.String(); strings.Contains(text, "://") {
			return slog.String(a.Key, config.Redact(text)), true
		}
	case slog.KindGroup:
		return h.group(a.Key, v.Group(), changed)
	case slog.KindAny:
		if quiet, other := redactAny(v.Any(), redactDepth); other {
			return slog.Any(a.Key, quiet), true
		}
	default: // numbers, times and the like
	}
	return slog.Attr{Key: a.Key, Value: v}, changed
}

func (h *redactor) group(key string, attrs []slog.Attr, changed bool) (slog.Attr, bool) {
	quiet := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		var other bool
		quiet[i], other = h.redact(a)
		changed = changed || other
	}
	return slog.Attr{Key: key, Value: slog.GroupValue(quiet...)}, changed
}

// redactDepth is how far into a value is looked; what is deeper stays.
const redactDepth = 6

// redactAny returns a value that is no plain one as it may be shown, where that is
// another one.
func redactAny(v any, depth int) (quiet any, changed bool) {
	if v == nil || depth == 0 {
		return v, false
	}
	if saysItself(v) {
		text := fmt.Sprint(v) // which survives a nil pointer
		if strings.Contains(text, "://") {
			return config.Redact(text), true
		}
		return v, false
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.String:
		return redactURLs(r.String()), strings.Contains(r.String(), "://")
	case reflect.Pointer:
		if !r.IsNil() && r.Elem().Kind() == reflect.Struct {
			return redactStruct(v, r.Elem(), depth)
		}
	case reflect.Struct:
		return redactStruct(v, r, depth)
	case reflect.Map:
		return redactMap(v, r, depth)
	case reflect.Slice, reflect.Array:
		return redactList(v, r, depth)
	default: // numbers and the like
	}
	return v, false
}

// saysItself reports whether a value has a text of its own.
func saysItself(v any) bool {
	switch v.(type) {
	case error, fmt.Stringer, encoding.TextMarshaler:
		return true
	default:
		return false
	}
}

func redactStruct(v any, r reflect.Value, depth int) (quiet any, changed bool) {
	fields := make(map[string]any, r.NumField())
	for f, value := range r.Fields() {
		switch {
		case config.Secret(f.Name) || config.Secret(f.Tag.Get("json")):
			fields[f.Name], changed = entrypoint.Hidden, true
		case f.IsExported():
			inner, other := redactAny(value.Interface(), depth-1)
			fields[f.Name], changed = inner, changed || other
		}
	}
	if !changed {
		return v, false
	}
	return fields, true
}

func redactMap(v any, r reflect.Value, depth int) (quiet any, changed bool) {
	if r.Type().Key().Kind() != reflect.String {
		return v, false
	}
	entries := make(map[string]any, r.Len())
	for iterator := r.MapRange(); iterator.Next(); {
		key := iterator.Key().String()
		value, other := redactAny(iterator.Value().Interface(), depth-1)
		if config.Secret(key) {
			value, other = entrypoint.Hidden, true
		}
		entries[key], changed = value, changed || other
	}
	if !changed {
		return v, false
	}
	return entries, true
}

func redactList(v any, r reflect.Value, depth int) (quiet any, changed bool) {
	if r.Type().Elem().Kind() < reflect.Array {
		return v, false // numbers and bytes
	}
	elements := make([]any, r.Len())
	for i := range elements {
		var other bool
		elements[i], other = redactAny(r.Index(i).Interface(), depth-1)
		changed = changed || other
	}
	if !changed {
		return v, false
	}
	return elements, true
}

func redactURLs(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	return config.Redact(text)
}
