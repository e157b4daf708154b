package shell

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/enoki-go/enoki/cmd/svc/internal/complete"
	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/rpc"
)

// Names of services and methods stand for themselves until somebody calls them. Who
// only looks at one wants to know whether it is there.

// described returns what a person sees who looks at a value: of a service or a method
// that runs, what it has or takes. One that does not is an error, unless the broker is
// away, when nobody can say.
func (s *Session) described(v starlark.Value) (string, error) {
	var name, of string
	switch v := v.(type) {
	case service:
		name = v.name
	case method:
		name, of, _ = strings.Cut(v.target, ".")
	default:
		return repr(v), nil
	}
	if !s.config.Client.Connection().Connected() {
		return repr(v), nil
	}
	known, err := s.find(name, of)
	if err != nil {
		return "", err
	}
	if of == "" {
		return "<service " + name + ": " + suggest.List(methodsOf([]complete.Service{known}, name)) + ">", nil
	}
	i := slices.IndexFunc(known.Methods, func(m complete.Method) bool { return m.Name == of })
	return "<method " + name + "." + of + known.Methods[i].Signature() + ">", nil
}

// find returns the service that has a method, or any service for "".
func (s *Session) find(name, of string) (complete.Service, error) {
	all := s.directory.Services()
	known, err := pick(all, name, of)
	if err != nil { // it may have come since
		known, err = pick(s.ask(), name, of)
	}
	return known, err
}

func pick(all []complete.Service, name, of string) (complete.Service, error) {
	i := slices.IndexFunc(all, func(s complete.Service) bool { return s.Name == name })
	if i < 0 {
		return complete.Service{}, rpc.ErrUnknownService.Explain("unknown service %q; %s", name, others(name, callable(all), "running are "))
	}
	if methods := methodsOf(all, name); of != "" && !slices.Contains(methods, of) {
		return complete.Service{}, rpc.ErrUnknownMethod.Explain("unknown method %q of %s; %s", of, name, others(of, methods, "it has "))
	}
	return all[i], nil
}

// others says which name was meant, or which there are.
func others(have string, among []string, list string) string {
	if hint := suggest.Hint(have, among); hint != "" {
		return hint
	}
	return list + suggest.List(among)
}

// dir is Starlark's, which has no way to say that a service does not run.
func (s *Session) dir(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 {
		if one, ok := args[0].(service); ok && s.config.Client.Connection().Connected() {
			if _, err := s.find(one.name, ""); err != nil {
				return nil, err
			}
		}
	}
	return starlark.Call(thread, starlark.Universe["dir"], args, kwargs)
}
