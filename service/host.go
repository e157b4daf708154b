package service

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// host is the container as one entrypoint sees it. Dependencies see the same,
// without the workers.
type host struct {
	*container
	own    *limit // of the entrypoint, nil for none
	kind   string // of the entrypoint, "" until it was declared and where it does not say
	usual  gate   // for calls of that kind
	pace   pace
	served *dependency.Served // nil where it is no entrypoint
}

var (
	_ entrypoint.Host = (*host)(nil)
	_ dependency.Host = (*host)(nil)
)

func (h *host) Service() string      { return h.spec.name }
func (h *host) Version() string      { return h.spec.version }
func (h *host) Instance() string     { return h.instance }
func (h *host) Logger() *slog.Logger { return h.logger }
func (h *host) Workers() int         { return h.gate(h.kind).most() }

// Config reads the section that all services share, then what the configuration
// says for this one.
func (h *host) Config(section string, into any) error {
	if err := h.app.config.Section(section, into); err != nil {
		return err
	}
	return h.app.config.Section("services."+h.spec.name+"."+section, into)
}

func (h *host) Shared(key any, build func() (any, error)) (any, error) {
	return h.app.shared.get(key, build)
}

func (h *host) Go(name string, f func(ctx context.Context) error) {
	h.background.Go(func() {
		if err := guarded(func() error { return f(h.life) }); err != nil && h.life.Err() == nil {
			h.app.fail(fmt.Errorf("%s: %s: %w", h.spec.name, name, err))
		}
	})
}

func (h *host) Spawn(ctx context.Context, c *entrypoint.Call, done entrypoint.Done) error {
	return h.pool.wait(ctx, h.job(c, done))
}

func (h *host) TrySpawn(c *entrypoint.Call, done entrypoint.Done) bool {
	return h.pool.try(h.job(c, done))
}

func (h *host) Queue(c *entrypoint.Call, done entrypoint.Done) error {
	return h.pool.queue(h.job(c, done))
}

func (h *host) Serve(c *entrypoint.Call, done entrypoint.Done, r entrypoint.Relay) error {
	return h.pool.serveHere(h.job(c, done), r)
}

func (h *host) Do(ctx context.Context, c *entrypoint.Call, done entrypoint.Done) error {
	return h.pool.do(ctx, h.job(c, done))
}

// gate returns the limits that a call of a kind passes, narrowest first.
func (h *host) gate(kind string) gate {
	if h.usual != nil && kind == h.kind {
		return h.usual
	}
	g := make(gate, 0, 3)
	if h.own != nil {
		g = append(g, h.own)
	}
	if l, ok := h.kinds[kind]; ok {
		g = append(g, l)
	}
	return append(g, h.limit)
}

// of makes the gate of the entrypoint's own kind the usual one.
func (h *host) of(kind string) {
	h.kind = kind
	h.usual = h.gate(kind)
}
