package shell

import (
	"context"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"github.com/enoki-go/enoki/cmd/svc/internal/complete"
	"github.com/enoki-go/enoki/internal/suggest"
)

// cluster is n.rpc: all services, by name.
type cluster struct{ session *Session }

var (
	_ starlark.HasAttrs = cluster{}
	_ starlark.Mapping  = cluster{}
)

func (cluster) Freeze()               {}
func (cluster) Truth() starlark.Bool  { return starlark.True }
func (cluster) Hash() (uint32, error) { return 0, unhashable("services") }
func (cluster) Type() string          { return "services" }
func (cluster) String() string        { return "<services; dir(n.rpc) lists those that are running>" }

// Attr returns a service, whether it is running or not.
func (c cluster) Attr(name string) (starlark.Value, error) { return service{c.session, name}, nil }

// AttrNames asks the services that are running for their names.
func (c cluster) AttrNames() []string {
	return callable(c.session.ask())
}

// Get returns a service by a name that need not be an identifier.
func (c cluster) Get(key starlark.Value) (starlark.Value, bool, error) {
	name, ok := starlark.AsString(key)
	if !ok {
		return nil, false, fmt.Errorf("have n.rpc[%s], want the name of a service, a string", repr(key))
	}
	return service{c.session, name}, true, nil
}

// service is n.rpc.<service>: its methods, by name.
type service struct {
	session *Session
	name    string
}

var (
	_ starlark.HasAttrs = service{}
	_ starlark.Mapping  = service{}
	_ starlark.Callable = service{}
)

func (service) Freeze()               {}
func (service) Truth() starlark.Bool  { return starlark.True }
func (service) Hash() (uint32, error) { return 0, unhashable("service") }
func (service) Type() string          { return "service" }
func (s service) String() string      { return "<service " + s.name + ">" }

// Attr returns a method, whether the service has it or not.
func (s service) Attr(name string) (starlark.Value, error) {
	return method{s.session, s.name + "." + name}, nil
}

// AttrNames asks the instances of the service for its methods.
func (s service) AttrNames() []string { return methodsOf(s.session.ask(), s.name) }

// Get returns a method by a name that need not be an identifier.
func (s service) Get(key starlark.Value) (starlark.Value, bool, error) {
	name, ok := starlark.AsString(key)
	if !ok {
		return nil, false, fmt.Errorf("have n.rpc.%s[%s], want the name of a method, a string", s.name, repr(key))
	}
	return method{s.session, s.name + "." + name}, true, nil
}

// discoverLimit bounds the wait for a broker that has gone away.
const discoverLimit = 2 * time.Second

// ask returns what runs now; nothing while the broker is away. Starlark leaves no way to
// give it a context.
func (s *Session) ask() []complete.Service {
	ctx, cancel := context.WithTimeout(s.ctx, discoverLimit)
	defer cancel()
	found, err := s.directory.Ask(ctx)
	if err != nil {
		return nil
	}
	return found
}

func unhashable(kind string) error { return fmt.Errorf("unhashable type: %s", kind) }

// callable returns the names of the services that have methods.
func callable(all []complete.Service) []string {
	var names []string
	for _, s := range all {
		if len(s.Methods) > 0 {
			names = append(names, s.Name)
		}
	}
	return names
}

// methodsOf returns the names of the methods of a service.
func methodsOf(all []complete.Service, service string) []string {
	var names []string
	for _, s := range all {
		if s.Name == service {
			for _, m := range s.Methods {
				names = append(names, m.Name)
			}
		}
	}
	return names
}

// Name returns what is called, for traces.
func (s service) Name() string { return s.name }

// CallInternal says that a service is none to call: its methods are.
func (s service) CallInternal(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	known, err := s.session.find(s.name, "")
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%s is a service, not a method; it has %s", s.name, suggest.List(methodsOf([]complete.Service{known}, s.name)))
}
