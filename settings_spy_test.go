package enoki_test

import (
	"context"
	"encoding"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/snake"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
	"github.com/enoki-go/enoki/web/gateway"
)

// everything has a field of each kind that reads a section of the configuration.
type everything struct {
	Proxy    rpc.Proxy
	Events   events.Dispatcher
	Hub      *web.Hub
	Front    gateway.Front
	DB       *sqldb.Session     `db:"name"`
	Redis    *redisdb.Client    `redis:"name"`
	Payments *httpclient.Client `http:"name"`
	Key      secret.Text        `secret:"name"`
}

// spy has the fields of everything read their configuration, and returns what they read.
func spy(t *testing.T) map[string]setting {
	t.Helper()
	h := &spyHost{found: make(map[string]setting), shared: make(map[any]any)}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[everything]()) {
		declared, ok := reflect.TypeAssert[dependency.Declaration](reflect.Zero(f.Type))
		if !ok {
			t.Fatalf("%s provides nothing", f.Name)
		}
		before := len(h.found)
		_, _ = declared.Provide(f, h) // there is no URL and no secret, which may be a mistake
		if len(h.found) == before {
			t.Errorf("%s has read nothing new", f.Name)
		}
	}
	return h.found
}

// spyHost is a container that notes what is asked of its configuration, which is empty.
type spyHost struct {
	found  map[string]setting
	shared map[any]any
}

func (*spyHost) Service() string                        { return "spy" }
func (*spyHost) Version() string                        { return "0.0.0" }
func (*spyHost) Instance() string                       { return "one" }
func (*spyHost) Logger() *slog.Logger                   { return slog.New(slog.DiscardHandler) }
func (*spyHost) Go(string, func(context.Context) error) {}
func (h *spyHost) Config(section string, into any) error {
	h.note(strings.Replace(section, ".name", ".<name>", 1), reflect.ValueOf(into).Elem())
	return nil
}

func (h *spyHost) Shared(key any, build func() (any, error)) (any, error) {
	if value, known := h.shared[key]; known {
		return value, nil
	}
	value, err := build()
	if err == nil {
		h.shared[key] = value
	}
	return value, err
}

// note writes down the keys of a value.
func (h *spyHost) note(key string, v reflect.Value) {
	_, texts := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
	if known, ok := computed[key]; ok {
		h.found[key] = known
		return
	}
	if v.Kind() != reflect.Struct || texts {
		if kind := kindOf(v.Type()); kind != "" {
			h.found[key] = setting{key, kind, usual(v)}
		}
		return
	}
	for f, field := range v.Fields() {
		switch name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); {
		case !f.IsExported() && !f.Anonymous:
		case f.Anonymous:
			h.note(key, field)
		case name != "":
			h.note(key+"."+name, field)
		default:
			h.note(key+"."+snake.Case(f.Name), field)
		}
	}
}

// kindOf names a type for people; "" stands for a section of sections.
func kindOf(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String || t == reflect.TypeFor[secret.Text]():
		return "text"
	case t.Kind() == reflect.Slice:
		return "list of texts"
	case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Interface:
		return ""
	case t.Kind() == reflect.Map:
		return kindOf(t.Elem()) + " by name"
	default:
		return "number"
	}
}

func usual(v reflect.Value) string {
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		text := fmt.Sprint(v.Interface())
		if strings.HasSuffix(text, "m0s") {
			text = strings.TrimSuffix(text, "0s")
		}
		if strings.HasSuffix(text, "h0m") {
			text = strings.TrimSuffix(text, "0m")
		}
		return text
	case v.IsZero() && v.Kind() != reflect.Bool && v.Kind() != reflect.Int && v.Kind() != reflect.Int64:
		return "–"
	default:
		return fmt.Sprint(v.Interface())
	}
}
