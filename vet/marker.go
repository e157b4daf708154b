package vet

import (
	"errors"
	"fmt"
	"go/types"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/suggest"
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

// nameOptions are the tag keys of service.Name.
type nameOptions struct {
	Name    string
	Version string
}

// nameOf reads the marker Name.
func (s *service) nameOf(at site) {
	o := nameOptions{s.name, s.version}
	if err := tag.Read(at.text, &o); err != nil {
		s.wrong(at, "", err)
		return
	}
	s.name, s.version = o.Name, o.Version
	if !versionPattern.MatchString(o.Version) {
		s.wrong(at, "", fmt.Errorf("service version: have %q, want a semantic version such as 1.2.0", o.Version))
	}
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
	name, has := parsed.Get("method")
	switch {
	case !has && method == "":
		s.wrong(at, kindName(kind)+": ", fmt.Errorf("the tag has no key \"method\"; want `method:\"Name\"`, the Go name of a method of *%s", s.named.Obj().Name()))
		return
	case !has:
		name = method
	case method != "" && name != method:
		s.wrong(at, kindName(kind)+": ", fmt.Errorf("the tag names the method %q, the method expression is %q; leave the tag key out", name, method))
		return
	}
	e := entry{kind: kind, method: name, parsed: parsed, tag: parsed.Without("method", "workers", "sensitive"), site: at}
	if e.made, err = s.method(name); err != nil {
		s.wrong(at, kindName(kind)+": ", err)
		return
	}
	s.wrong(at, e.prefix(), errors.Join(markSensitive(parsed, e.made), checkWorkers(parsed)))
	s.entries = append(s.entries, e)
}

// prefix is what stands before the errors of an entrypoint.
func (e entry) prefix() string { return kindName(e.kind) + " of " + e.method + ": " }

// method returns a method of the service, as the container would.
func (s *service) method(name string) (*entrypoint.Method, error) {
	sig, ok := s.methods[name]
	if !ok {
		return nil, s.noMethod(name)
	}
	return s.types.method(name, s.named, sig)
}

func (s *service) noMethod(name string) error {
	var all []string
	for n := range s.methods {
		all = append(all, n)
	}
	text := fmt.Sprintf("no method %s on *%s", name, typeName(s.named))
	if hint := suggest.Hint(name, all); hint != "" {
		return errors.New(text + "; " + hint)
	}
	return fmt.Errorf("%s; its exported methods are %s", text, suggest.List(all))
}

// checkWorkers reads the container's key workers.
func checkWorkers(parsed tag.Tag) error {
	value, has := parsed.Get("workers")
	if !has {
		return nil
	}
	var o struct{ Workers int }
	if err := tag.Read(reflect.StructTag(fmt.Sprintf("workers:%q", value)), &o); err != nil {
		return err
	}
	if o.Workers < 1 {
		return fmt.Errorf("tag key workers: have %q, want at least 1", value)
	}
	return nil
}

// markSensitive reads the container's key sensitive.
func markSensitive(parsed tag.Tag, m *entrypoint.Method) error {
	if args, ok := parsed.Get("args"); ok {
		if names := listOf(args); len(names) == len(m.In) {
			m.Params = names
		}
	}
	value, has := parsed.Get("sensitive")
	if !has {
		return nil
	}
	var errs []error
	for _, path := range listOf(value) {
		if err := m.MarkSensitive(path); err != nil {
			errs = append(errs, fmt.Errorf("tag key sensitive: have %q, %w", path, err))
		}
	}
	return errors.Join(errs...)
}

func listOf(value string) []string {
	all := strings.Split(value, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
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
