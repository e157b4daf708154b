package vet

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// errUnconfigured stands for the configuration, which is not there before the start. What
// fails with it is no mistake in the source.
var errUnconfigured = errors.New("the configuration is not known")

// sections of the configuration have defaults for all that they say.
const sections = " broker rpc events timer web gateway "

// host is what a service is declared to: a container in which nothing ever starts.
// Declare and Provide do no I/O, so it stands for the real one.
type host struct {
	service string
	version string
	shared  map[any]any
}

var (
	_ entrypoint.Host = (*host)(nil)
	_ dependency.Host = (*host)(nil)
)

func newHost(service, version string) *host {
	return &host{service, version, make(map[any]any)}
}

func (h *host) Service() string    { return h.service }
func (h *host) Version() string    { return h.version }
func (*host) Instance() string     { return "vet" }
func (*host) Workers() int         { return 1 }
func (*host) Logger() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Config leaves the defaults where there are some.
func (*host) Config(section string, _ any) error {
	name, _, _ := strings.Cut(section, ".")
	if strings.Contains(sections, " "+name+" ") {
		return nil
	}
	return errUnconfigured
}

func (h *host) Shared(key any, build func() (any, error)) (any, error) {
	if v, ok := h.shared[key]; ok {
		return v, nil
	}
	v, err := build()
	if err == nil {
		h.shared[key] = v
	}
	return v, err
}

// Go does nothing: background work begins after the start.
func (*host) Go(string, func(context.Context) error) {}

// Nothing calls what follows before the start.

func (*host) Spawn(context.Context, *entrypoint.Call, entrypoint.Done) error {
	return entrypoint.ErrStopping
}
func (*host) TrySpawn(*entrypoint.Call, entrypoint.Done) bool { return false }
func (*host) Queue(*entrypoint.Call, entrypoint.Done) error   { return entrypoint.ErrStopping }
func (*host) Reserve(func(entrypoint.Slot)) (withdraw func() bool) {
	return func() bool { return true }
}

func (*host) Serve(*entrypoint.Call, entrypoint.Done, entrypoint.Relay) error {
	return entrypoint.ErrStopping
}

func (*host) Do(context.Context, *entrypoint.Call, entrypoint.Done) error {
	return entrypoint.ErrStopping
}
