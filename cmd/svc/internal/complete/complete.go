// Package complete finds the names that continue what somebody types, among those of
// the services that are running now.
//
// A [Directory] asks the services, and remembers for a moment what they said. From it
// come [Directory.ServiceNames], for a verb whose argument is a service, and the names
// of methods, parameters, handlers and events. Nothing here waits for longer than
// [Patience], and a broker that is away is no error: there are no names then, or those
// that were heard before.
package complete

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// Name is what may stand where somebody types.
type Name struct {
	Text  string // which is safe to show
	About string // in a few words, on one line, safe to show; "" for none
}

// identifier is what the name of a parameter is: others have a say in it.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

// Begins returns the names that begin with what was typed, sorted and each once.
func Begins(typed string, names []Name) []Name {
	found := slices.DeleteFunc(slices.Clone(names), func(n Name) bool { return !strings.HasPrefix(n.Text, typed) })
	slices.SortStableFunc(found, func(a, b Name) int { return cmp.Compare(a.Text, b.Text) })
	return slices.CompactFunc(found, func(a, b Name) bool { return a.Text == b.Text })
}

// Texts returns the names without what they are about.
func Texts(names []Name) []string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = n.Text
	}
	return texts
}

// ServiceNames returns the services that are running: for svc ls, svc stats and all
// verbs that take one. About says how many instances, of which versions.
func (d *Directory) ServiceNames() []Name {
	var names []Name
	for _, s := range d.Services() {
		names = append(names, Name{s.Name, s.about()})
	}
	return names
}

// Targets returns the methods that can be called, as service.method. About says how.
func (d *Directory) Targets() []Name {
	var names []Name
	for _, s := range d.Services() {
		for _, m := range s.Methods {
			names = append(names, Name{s.Name + "." + m.Name, m.Signature()})
		}
	}
	return names
}

// Params returns the parameters of service.method that are not given yet, as NAME=.
// About says of which type they are.
func (d *Directory) Params(target string, given []string) []Name {
	service, name, _ := strings.Cut(target, ".")
	m, _ := d.Method(service, name)
	var names []Name
	for _, p := range m.Params {
		if !slices.Contains(given, p.Name) {
			names = append(names, Name{p.Name + "=", p.Type})
		}
	}
	return names
}

// Handlers returns the handlers of events, as service.handler. About says of which.
func (d *Directory) Handlers() []Name {
	var names []Name
	for _, s := range d.Services() {
		for _, h := range s.Handlers {
			names = append(names, Name{s.Name + "." + h.Name, "handles " + h.Source + "." + h.Type})
		}
	}
	return names
}

// Events returns the events that are handled, as source.type. About says by whom.
// Patterns of events are none.
func (d *Directory) Events() []Name {
	by := make(map[string][]string)
	for _, s := range d.Services() {
		for _, h := range s.Handlers {
			if !strings.ContainsAny(h.Type, "*>") {
				by[h.Source+"."+h.Type] = append(by[h.Source+"."+h.Type], s.Name+"."+h.Name)
			}
		}
	}
	var names []Name
	for event, handlers := range by {
		slices.Sort(handlers)
		names = append(names, Name{event, "handled by " + strings.Join(handlers, ", ")})
	}
	return Begins("", names)
}

// Method returns a method of a service; false where none is known.
func (d *Directory) Method(service, name string) (Method, bool) {
	for _, s := range d.Services() {
		if s.Name != service {
			continue
		}
		if i := slices.IndexFunc(s.Methods, func(m Method) bool { return m.Name == name }); i >= 0 {
			return s.Methods[i], true
		}
	}
	return Method{}, false
}

func (s Service) about() string {
	text := present.Count(s.Instances, "instance")
	if len(s.Versions) > 0 {
		text += ", version " + strings.Join(s.Versions, " and ")
	}
	return present.Safe(text)
}

// Signature returns the parameters with their types, as in (name string, n integer), or
// (…) where they have no names.
func (m Method) Signature() string {
	if m.Takes && len(m.Params) == 0 {
		return "(…)"
	}
	shown := make([]string, len(m.Params))
	for i, p := range m.Params {
		shown[i] = strings.TrimSpace(p.Name + " " + p.Type)
	}
	return "(" + strings.Join(shown, ", ") + ")"
}
