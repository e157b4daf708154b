package vet

import (
	"errors"
	"go/types"
	"maps"
	"slices"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/marker"
	"github.com/enoki-go/enoki/tag"
)

// marker reads a blank field: the service's name, or an entrypoint.
func (s *service) marker(f *types.Var, at site) {
	if pathOf(f.Type()) == serviceName {
		s.nameAt = &at
		s.nameOf(at)
		return
	}
	if isKind(f.Type()) {
		s.entry(f.Type(), "", at)
		return
	}
	if method, has := at.text.Lookup("method"); has {
		s.wrongf(at, "%s is no kind of entrypoint for method %q: it has no method Declare (see entrypoint.Declaration)", typeName(f.Type()), method)
	}
}

// nameOf reads the marker Name.
func (s *service) nameOf(at site) {
	said, err := marker.ReadName(at.text, marker.Name{Name: s.name, Version: s.version})
	if err != nil {
		s.wrong(at, "", err)
	}
	s.name, s.version = said.Name, said.Version
}

// kindName returns a kind as the errors of the start have it.
func kindName(t types.Type) string {
	if _, pointer := t.(*types.Pointer); pointer {
		return typeName(t)
	}
	if m := types.NewMethodSet(t).Lookup(nil, "Declare"); m == nil {
		return "*" + typeName(t)
	}
	return typeName(t)
}

// entry reads the keys of an entrypoint that are the container's own. method is empty
// where the tag has to name it.
func (s *service) entry(kind types.Type, method string, at site) {
	parsed, err := tag.Parse(at.text)
	if err != nil {
		s.wrong(at, "", err)
		return
	}
	name, err := marker.Method(parsed, method, s.named.Obj().Name())
	if err != nil {
		s.wrong(at, kindName(kind)+": ", err)
		return
	}
	e := entry{kind: kind, method: name, parsed: parsed, tag: marker.Rest(parsed), site: at}
	if e.made, err = s.method(name); err != nil {
		s.wrong(at, kindName(kind)+": ", err)
		return
	}
	err = marker.MarkSensitive(parsed, e.made)
	_, tooFew := marker.Workers(parsed)
	s.wrong(at, e.prefix(), errors.Join(err, tooFew))
	s.entries = append(s.entries, e)
}

// prefix is what stands before the errors of an entrypoint.
func (e entry) prefix() string { return kindName(e.kind) + " of " + e.method + ": " }

// method returns a method of the service, as the container would.
func (s *service) method(name string) (*entrypoint.Method, error) {
	sig, ok := s.methods[name]
	if !ok {
		return nil, marker.NoMethod(name, typeName(s.named), slices.Collect(maps.Keys(s.methods)))
	}
	return s.types.method(name, s.named, sig)
}

// declare asks the kinds of all entrypoints.
func (s *service) declare() {
	for _, e := range s.entries {
		d := e.own
		if d == nil {
			d = kinds[pathOf(e.kind)]
		}
		if d == nil {
			continue // of the user's own
		}
		err := s.asked(func() error {
			_, err := d.Declare(e.tag, e.made, s.host)
			return err
		})
		s.wrong(e.site, e.prefix(), err)
		s.checkStored(e.site, e.prefix(), e.parsed, "inbox")
		if pathOf(e.kind) == module+"/events.Handler" {
			s.handles(e)
		}
		s.looksAtWords(e)
	}
}

// asked runs the code of a kind. A stand-in for a type may be more than it can take; then
// nothing is known.
func (*service) asked(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = nil
		}
	}()
	return f()
}
