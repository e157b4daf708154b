// Package redact keeps secrets out of logs.
package redact

import (
	"context"
	"log/slog"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
)

// New returns a handler that writes with next what it may see of a log: not what stands
// under a key that config.Secret knows, in groups, maps and structs, too, and not the
// credentials of URLs. It cannot know a secret that stands somewhere else.
func New(next slog.Handler) slog.Handler { return &redactor{Handler: next} }

type redactor struct {
	slog.Handler

	secret bool // all that follows stands in a group with the name of a secret
}

// Handle copies a record only where there is something to hide. Each value is asked once
// for what it resolves to.
func (h *redactor) Handle(ctx context.Context, r slog.Record) error {
	var few [8]slog.Attr // is enough for most
	attrs, changed := few[:0], strings.Contains(r.Message, "://")
	r.Attrs(func(a slog.Attr) bool {
		quiet, other := h.redact(a)
		attrs, changed = append(attrs, quiet), changed || other
		return true
	})
	if !changed {
		return h.Handler.Handle(ctx, r)
	}
	quiet := slog.NewRecord(r.Time, r.Level, redactURLs(r.Message), r.PC)
	quiet.AddAttrs(attrs...)
	return h.Handler.Handle(ctx, quiet)
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
	if h.secret || config.Secret(a.Key) && secret(a.Key, reflect.ValueOf(a.Value.Any())) {
		return slog.String(a.Key, entrypoint.Hidden), true
	}
	v := a.Value.Resolve()
	changed = a.Value.Kind() == slog.KindLogValuer // the next handler would ask again
	switch v.Kind() {
	case slog.KindString:
		if text := v.String(); strings.Contains(text, "://") {
			return slog.String(a.Key, config.Redact(text)), true
		}
	case slog.KindGroup:
		return h.group(a.Key, v.Group(), changed)
	case slog.KindAny:
		if quiet, other := redactAny(v.Any()); other {
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
