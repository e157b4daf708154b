package service

import (
	"sync"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

// process is an application as its plugins see it.
type process struct {
	app *App

	mu      sync.Mutex // guards what follows, and lets one ask at a time
	asked   time.Time
	ailings []error

	sending sync.Mutex // guards sent
	sent    map[string]*dependency.Sent

	late    sync.Mutex   // guards pending
	pending map[int]bool // shared values that were asked and have not answered, by their place
}

var _ dependency.Process = (*process)(nil)

func newProcess(a *App) *process {
	return &process{app: a, pending: make(map[int]bool), sent: make(map[string]*dependency.Sent)}
}

func (p *process) Tracer() dependency.Tracer { return p.app.tracer }

func (p *process) Services() []dependency.Hosted {
	var all []dependency.Hosted
	for _, c := range p.app.containers {
		all = append(all, dependency.Hosted{Name: c.spec.name, Version: c.spec.version, Instance: c.instance})
	}
	return all
}

func (p *process) Sent(service string) *dependency.Sent {
	p.sending.Lock()
	defer p.sending.Unlock()
	if p.sent[service] == nil {
		p.sent[service] = new(dependency.Sent)
	}
	return p.sent[service]
}

func (p *process) Served(service string) []dependency.Entrance {
	for _, c := range p.app.containers {
		if c.spec.name == service {
			return c.entrances()
		}
	}
	return nil
}

func (p *process) Measure(record func(dependency.Measurement)) {
	for _, c := range p.app.containers {
		c.measure(record)
	}
	for _, v := range p.app.shared.order {
		if m, ok := v.(dependency.Measured); ok && m != dependency.Measured(p) {
			p.measure(m, record)
		}
	}
}

// measure asks one value; its panic costs its own measurements only.
func (p *process) measure(m dependency.Measured, record func(dependency.Measurement)) {
	if err := guarded(func() error { m.Measure(record); return nil }); err != nil {
		p.app.logger.Error("a dependency panicked when it was measured", "error", err)
	}
}

// measure records how many workers of a service run, and how many calls wait for one.
func (c *container) measure(record func(dependency.Measurement)) {
	c.pool.mu.Lock()
	running, waiting := len(c.pool.running), len(c.pool.waiting)
	c.pool.mu.Unlock()
	labels := []dependency.Label{{Name: "service", Value: c.spec.name}}
	for _, g := range []struct {
		name, help string
		value      int
	}{
		{"svc_workers", "How many calls of a service may run at once.", c.limit.most},
		{"svc_workers_busy", "How many calls of a service run.", running},
		{"svc_calls_waiting", "How many calls wait in this process for a worker of a service.", waiting},
	} {
		record(dependency.Measurement{Name: g.name, Help: g.help, Value: float64(g.value), Labels: labels})
	}
}
