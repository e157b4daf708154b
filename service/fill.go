package service

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/suggest"
)

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

func (borrowed) Stop(context.Context) error { return nil }

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
