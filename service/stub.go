package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/suggest"
)

// Stub hosts what a service struct declares without running it: no field is
// filled, and a call runs the function given under the method's Go name, which
// has the method's signature. What the service itself would refuse, an unknown
// method or wrong arguments, is refused in the same way. Entrypoints of kinds
// that no given method has are left out, so that a stub has no timers of its own.
func Stub(service any, methods map[string]any) Option {
	return func(a *App) {
		a.structs = append(a.structs, service)
		a.stubs = append(a.stubs, stub{service, methods})
	}
}

// stub is what Stub says.
type stub struct {
	service any
	methods map[string]any
}

// stubOf returns the functions that stand for the methods of a service; false
// where it is not a stub.
func (a *App) stubOf(service any) (map[string]any, bool) {
	i := slices.IndexFunc(a.stubs, func(s stub) bool { return s.service == service })
	if i < 0 {
		return nil, false
	}
	return a.stubs[i].methods, true
}

// stub replaces the methods of a service by functions.
func (s *spec) stub(functions map[string]any, m *mistakes) {
	s.fields = nil
	s.stubs = make(map[string]reflect.Value, len(functions))
	kinds := make(map[reflect.Type]bool)
	if len(functions) == 0 {
		m.addf("service.Stub", "%s: no functions were given, want at least one, under the Go name of its method; its methods with entrypoints are %s", s.name, suggest.List(s.methodNames()))
	}
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		f := functions[name]
		e, err := s.entryOf(name)
		if err != nil {
			m.add("service.Stub", err)
			continue
		}
		v, want := reflect.ValueOf(f), e.method.Type()
		if !v.IsValid() || v.Type() != want {
			m.addf("service.Stub", "%s.%s: have a %T, want a %s", s.name, name, f, want)
			continue
		}
		s.stubs[name] = v
		kinds[reflect.TypeOf(e.declaration)] = true
	}
	s.entries = slices.DeleteFunc(s.entries, func(e entry) bool { return !kinds[reflect.TypeOf(e.declaration)] })
}

// errNotStubbed answers a call of a method that no function stands for.
var errNotStubbed = errors.New("not stubbed")

// invokeStub is the innermost handler of a stub.
func (c *container) invokeStub(ctx context.Context, call *entrypoint.Call) (out any, err error) {
	defer recovered(&out, &err)
	f, ok := c.spec.stubs[call.Method.Name]
	if !ok {
		return nil, fmt.Errorf("%w: give a function for method %s of %s", errNotStubbed, call.Method.Name, c.spec.name)
	}
	return call.InvokeFunc(ctx, f)
}
