package service

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// host is the container as one entrypoint sees it. Dependencies see the same,
// without the workers.
type host struct {
	*container
	own *slots // limit of the entrypoint, nil for none
}

var (
	_ entrypoint.Host = (*host)(nil)
	_ dependency.Host = (*host)(nil)
)

// ErrStopping refuses a call that arrives while the service stops.
var ErrStopping = fault.Declare("svc.stopping", fault.Unavailable, "the service is stopping")

func (h *host) Service() string      { return h.spec.name }
func (h *host) Version() string      { return h.spec.version }
func (h *host) Instance() string     { return h.instance }
func (h *host) Logger() *slog.Logger { return h.logger }
func (h *host) Workers() int         { return h.gate("").limit() }

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
	g := h.gate(c.Kind)
	if err := g.take(ctx); err != nil {
		return err
	}
	if !h.hire(&job{call: c, done: done, gate: g}) {
		return ErrStopping
	}
	return nil
}

func (h *host) TrySpawn(c *entrypoint.Call, done entrypoint.Done) bool {
	g := h.gate(c.Kind)
	return g.try() && h.hire(&job{call: c, done: done, gate: g})
}

// hire gives a job that has passed its gate to a worker.
func (c *container) hire(j *job) bool {
	j.call.Service = c.spec.name
	if c.pool.run(j) {
		return true
	}
	j.gate.give()
	return false
}

// gate returns the limits that a call of a kind passes, narrowest first.
func (h *host) gate(kind string) gate {
	g := make(gate, 0, 3)
	if h.own != nil {
		g = append(g, h.own)
	}
	if s, ok := h.kinds[kind]; ok {
		g = append(g, s)
	}
	return append(g, h.slots)
}
