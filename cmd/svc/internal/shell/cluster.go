package shell

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.starlark.net/starlark"

	"github.com/enoki-go/enoki/broker"
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
	return c.session.names("", func(info broker.Info) []string { return []string{info.Name} })
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
func (s service) AttrNames() []string {
	return s.session.names(s.name, func(info broker.Info) []string {
		var names []string
		for _, e := range info.Endpoints {
			names = append(names, e.Name)
		}
		return names
	})
}

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

// names asks a service, or all for "", and returns what pick finds in the
// answers, sorted. Starlark leaves no way to report an error, nor a context to
// give up with.
func (s *Session) names(service string, pick func(broker.Info) []string) []string {
	ctx, cancel := context.WithTimeout(s.ctx, discoverLimit)
	defer cancel()
	found, err := s.config.Client.Connection().Discover(ctx, service)
	if err != nil {
		return nil
	}
	var names []string
	for _, info := range found {
		names = append(names, pick(info)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func unhashable(kind string) error { return fmt.Errorf("unhashable type: %s", kind) }
