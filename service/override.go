package service

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/enoki-go/enoki/internal/suggest"
)

// restrict carries out Only.
func (a *App) restrict(specs []*spec, m *mistakes) {
	for _, r := range a.restricted {
		s := find(specs, r.service)
		if s == nil {
			m.addf("service.Only", "no service %q; services are %s", r.service, suggest.List(names(specs)))
			continue
		}
		for _, method := range r.methods {
			if !slices.ContainsFunc(s.entries, func(e entry) bool { return e.method.Name == method }) {
				m.addf("service.Only", "%s has no entrypoint for method %q; its methods with entrypoints are %s", r.service, method, suggest.List(s.methodNames()))
			}
		}
		s.entries = slices.DeleteFunc(s.entries, func(e entry) bool { return !slices.Contains(r.methods, e.method.Name) })
	}
}

// replace carries out Replace.
func (a *App) replace(specs []*spec, m *mistakes) {
	for _, r := range a.replaced {
		s := find(specs, r.service)
		if s == nil {
			m.addf("service.Replace", "no service %q; services are %s", r.service, suggest.List(names(specs)))
			continue
		}
		if err := s.replace(r.field, r.value); err != nil {
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

func find(specs []*spec, name string) *spec {
	if i := slices.IndexFunc(specs, func(s *spec) bool { return s.name == name }); i >= 0 {
		return specs[i]
	}
	return nil
}

func names(specs []*spec) []string {
	all := make([]string, len(specs))
	for i, s := range specs {
		all[i] = s.name
	}
	return all
}

func (s *spec) methodNames() []string {
	all := make([]string, len(s.entries))
	for i, e := range s.entries {
		all[i] = e.method.Name
	}
	return all
}

func (s *spec) fieldNames() []string {
	all := make([]string, len(s.fields))
	for i, f := range s.fields {
		all[i] = f.Name
	}
	return all
}
