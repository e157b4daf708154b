package service

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/enoki-go/enoki/internal/suggest"
)

// Replace fills a field of a service, named by its Go name, with a value of the
// test's instead of asking its provider.
func Replace(service, field string, value any) Option {
	return func(a *App) { a.replaced = append(a.replaced, replacement{service, field, value}) }
}

// Only restricts a service to the entrypoints of the named methods.
func Only(service string, methods ...string) Option {
	return func(a *App) { a.restricted = append(a.restricted, restriction{service, methods}) }
}

// replacement is what Replace says.
type replacement struct {
	service, field string
	value          any
}

// restriction is what Only says.
type restriction struct {
	service string
	methods []string
}

// restrict carries out Only.
func (a *App) restrict(specs []*spec, m *mistakes) {
	for _, r := range a.restricted {
		s, err := find(specs, r.service)
		if err != nil {
			m.add("service.Only", err)
			continue
		}
		for _, method := range r.methods {
			if _, err := s.entryOf(method); err != nil {
				m.add("service.Only", err)
			}
		}
		s.entries = slices.DeleteFunc(s.entries, func(e entry) bool { return !slices.Contains(r.methods, e.method.Name) })
	}
}

// replace carries out Replace.
func (a *App) replace(specs []*spec, m *mistakes) {
	for _, r := range a.replaced {
		s, err := find(specs, r.service)
		if err == nil {
			err = s.replace(r.field, r.value)
		}
		if err != nil {
			m.add("service.Replace", err)
		}
	}
}

// replace sets a field of the prototype, which is then not provided.
func (s *spec) replace(name string, value any) error {
	i := slices.IndexFunc(s.fields, func(f field) bool { return f.Name == name })
	if i < 0 {
		return fmt.Errorf("%s has no field %q; its fields are %s", s.name, name, suggest.List(s.fieldNames()))
	}
	f := s.fields[i]
	v := reflect.ValueOf(value)
	switch {
	case v.IsValid() && v.Type().AssignableTo(f.Type):
	case v.IsValid() && v.Kind() == f.Type.Kind() && v.Type().ConvertibleTo(f.Type):
		v = v.Convert(f.Type)
	default:
		return fmt.Errorf("field %s.%s: have a %T, want a %s", s.name, name, value, f.Type)
	}
	s.at(f.path).Set(v)
	s.fields = slices.Delete(s.fields, i, i+1)
	return nil
}

// find returns the service of that name.
func find(specs []*spec, name string) (*spec, error) {
	names := make([]string, len(specs))
	for i, s := range specs {
		if names[i] = s.name; s.name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("no service %q; services are %s", name, suggest.List(names))
}
