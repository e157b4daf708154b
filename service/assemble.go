package service

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// assemble turns the structs into containers, ready to start.
func (a *App) assemble(m *mistakes) {
	var err error
	if a.settings, err = defaultSettings().read(a.config, ""); err != nil {
		m.add("configuration", err)
		a.settings = defaultSettings() // the services need not repeat it
	}
	specs := a.scanAll(m)
	a.restrict(specs, m)
	a.replace(specs, m)
	a.graph = newGraph(a, a.wanted(specs), m)
	for _, s := range specs {
		a.containers = append(a.containers, a.newContainer(s, m))
	}
	if len(a.structs) == 0 {
		m.addf("service", "no services were given: use service.With(&Orders{})")
	}
}

// scanAll reads all structs and refuses two services with one name.
func (a *App) scanAll(m *mistakes) []*spec {
	var specs []*spec
	seen := make(map[string]*spec)
	for _, service := range a.structs {
		s := scan(service, m)
		if s == nil {
			continue
		}
		if other := seen[s.name]; other != nil {
			m.addf(s.source.place(-1), "service name %q is taken by %s at %s; give one of them another with `_ service.Name `name:\"…\"``",
				s.name, other.structType, other.source.place(-1))
			continue
		}
		if functions, ok := a.stubOf(service); ok {
			s.stub(functions, m)
		}
		seen[s.name] = s
		specs = append(specs, s)
	}
	return specs
}

// newContainer declares the entrypoints and dependencies of a service.
func (a *App) newContainer(s *spec, m *mistakes) *container {
	c := &container{app: a, spec: s, instance: strings.ToLower(rand.Text()[:12])}
	c.logger = a.logger.With("service", s.name)
	c.life, c.end = context.WithCancel(context.Background())
	var err error
	if c.settings, err = a.settings.read(a.config, "services."+s.name+"."); err != nil {
		m.add("configuration of "+s.name, err)
	}
	c.limit = &limit{most: max(1, c.settings.workers)}
	c.kinds = make(map[string]*limit)
	for kind, most := range c.settings.limits {
		c.kinds[kind] = &limit{most: max(1, most)}
	}
	c.pool = newPool(c)
	c.handler = c.wrapped(a.middleware)
	c.provide(m)
	c.declare(m)
	return c
}

// declare asks each marker for its entrypoint.
func (c *container) declare(m *mistakes) {
	for _, e := range c.spec.entries {
		h := &host{container: c, served: new(dependency.Served)}
		if e.workers > 0 {
			h.own = &limit{most: e.workers}
		}
		point, err := e.declaration.Declare(e.tag, e.method, h)
		if err != nil {
			m.add(e.place(), fmt.Errorf("%T of %s: %w", e.declaration, e.method.Name, err))
			continue
		}
		if d, ok := point.(entrypoint.Describer); ok {
			h.of(d.Describe().Kind)
		}
		c.entrypoints = append(c.entrypoints, mounted{point, e, h.served})
	}
}
