package service

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/suggest"
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
	if c.handler = c.invoke; s.stubs != nil {
		c.handler = c.invokeStub
	}
	if slices.ContainsFunc(s.entries, func(e entry) bool { return len(e.method.Sensitive) > 0 }) {
		c.handler = discreet(c.handler)
	}
	for i := range a.middleware {
		c.handler = a.middleware[len(a.middleware)-1-i](c.handler)
	}
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

// wanted returns the types of the fields that only a constructor may fill.
func (a *App) wanted(specs []*spec) []reflect.Type {
	var types []reflect.Type
	for _, s := range specs {
		for _, f := range s.fields {
			_, configured := f.Tag.Lookup("config")
			set := !s.at(f.path).IsZero()
			if !set && !configured && !declares(f.Type) && a.lent[f.Type] == nil && !slices.Contains(types, f.Type) {
				types = append(types, f.Type)
			}
		}
	}
	return types
}

// provide finds a provider or a value for each field.
func (c *container) provide(m *mistakes) {
	h := &host{container: c}
	for _, f := range c.spec.fields {
		_, configured := f.Tag.Lookup("config")
		if !configured && !c.spec.at(f.path).IsZero() {
			continue // set by the user
		}
		provider, err := c.provider(f, h)
		switch {
		case err != nil:
			m.add(f.place(), fmt.Errorf("field %s: %w", f.Name, err))
		case provider != nil:
			c.fillFrom(f, provider)
		}
	}
}

func (c *container) fillFrom(f field, p dependency.Provider) {
	l := &lender{name: f.Name, index: f.path, provider: p}
	c.providers = append(c.providers, l)
	if _, constant := p.(dependency.Constant); constant {
		return
	}
	c.lenders = append(c.lenders, l)
	if b, lent := p.(borrowed); lent {
		p = b.Provider
	}
	_, scoped := p.(dependency.Scoped)
	c.scoped = c.scoped || scoped
}

// provider decides who fills a field. Nil stands for nobody: the field is state
// of the user's own.
func (c *container) provider(f field, h *host) (dependency.Provider, error) {
	if section, ok := f.Tag.Lookup("config"); ok {
		return c.configured(f, section)
	}
	if f.Type == reflect.TypeFor[*slog.Logger]() {
		return loggers{c.logger, c.app.tracer}, nil
	}
	if p, ok := c.app.lent[f.Type]; ok {
		return c.borrow(f.Type, p)
	}
	if declaration, ok := zero[dependency.Declaration](f.Type); ok {
		return declaration.Provide(f.StructField, h)
	}
	if value, ok := c.app.graph.value(f.Type); ok {
		return dependency.Same(value), nil
	}
	return nil, c.unprovided(f)
}

// borrow makes a provider given with Lend one of the values that all services of
// the process share: started before, and stopped after, all of them.
func (c *container) borrow(t reflect.Type, p dependency.Provider) (dependency.Provider, error) {
	_, err := c.app.shared.get(t, func() (any, error) { return p, nil })
	if constant, ok := p.(dependency.Constant); ok {
		return borrowedConstant{borrowed{p}, constant}, err
	}
	return borrowed{p}, err
}

// borrowed is a provider that somebody else starts and stops.
type borrowed struct{ dependency.Provider }

func (borrowed) Start(context.Context) error { return nil }
func (borrowed) Stop(context.Context) error  { return nil }

// Describe says what the provider says, which may be nothing.
func (b borrowed) Describe() dependency.Description {
	if d, ok := b.Provider.(dependency.Describer); ok {
		return d.Describe()
	}
	return dependency.Description{}
}

// borrowedConstant is one with the same value for every call.
type borrowedConstant struct {
	borrowed
	dependency.Constant
}

// unprovided is the error for a field that would be nil in every call.
func (c *container) unprovided(f field) error {
	if c.app.graph.promises(f.Type) {
		return nil // why is said already
	}
	switch f.Type.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Func, reflect.Chan:
		return fmt.Errorf("nobody provides a %s: give a constructor with service.Provide(New…), a provider with service.Lend[%s](…), or set the field before the start (for svc run, return them from func Options() []service.Option in the package); %s",
			f.Type, f.Type, c.app.provided())
	default:
		return nil
	}
}

// provided lists the types that can be had.
func (a *App) provided() string {
	names := a.graph.types()
	for t := range a.lent {
		names = append(names, t.String())
	}
	return "provided are " + suggest.List(names)
}

// configured decodes a section of the configuration into a copy of the field's
// value, which holds the defaults.
func (c *container) configured(f field, section string) (dependency.Provider, error) {
	defaults, t := c.spec.at(f.path), f.Type
	if t.Kind() == reflect.Pointer {
		defaults, t = defaults.Elem(), t.Elem()
	}
	into := reflect.New(t)
	if defaults.IsValid() {
		into.Elem().Set(defaults)
	}
	h := &host{container: c}
	if err := h.Config(section, into.Interface()); err != nil {
		return nil, err
	}
	if f.Type.Kind() == reflect.Pointer {
		return dependency.Same(into.Interface()), nil
	}
	return dependency.Same(into.Elem().Interface()), nil
}
