// Package typed reads HTTP requests into the parameters of methods.
//
// Where each parameter comes from is settled once, by New; a request costs what
// it carries. What a method declares is described by the same schemas that its
// requests are held against, so that the document cannot say something else.
package typed

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Method is what New must know of a method and of the route that leads to it.
type Method struct {
	Verb      string           // "GET"; "" for any
	Path      string           // "/orders/{id}", as patterns of net/http have it
	Wildcards []string         // ["id"]; "rest" for {rest...}
	Names     []string         // of the parameters, one for each, or none
	In, Out   []reflect.Type   // without the context and the error
	Optional  func(i int) bool // whether parameter i may be left out; nil for none
	Status    int              // of success; 0 for 200, or 204 without results
	Tag       string           // name of the service
	Summary   string           // Go name of the method

	// Hide says of the path of a value, behind "query" or "body" and so on, how much of it
	// a text may show, and whether the value may not be shown; nil hides nothing.
	Hide func(path string) (shown string, hidden bool)
}

// Binding is how the requests of one route become calls. All methods may be
// called from many goroutines.
type Binding struct {
	texts     []source
	body      *body
	hasQuery  bool
	hide      func(path string) (shown string, hidden bool)
	operation *huma.Operation
}

// New settles where the parameters of m come from. All mistakes are in the one
// error.
func New(reg *Registry, m Method) (*Binding, error) {
	reg.mu.Lock()
	defer reg.mu.Unlock()
	p := planner{reg: reg, m: m, b: &Binding{hide: m.Hide}, taken: map[string]bool{}}
	p.plan()
	p.checkWildcards()
	if len(p.errs) == 0 {
		p.b.operation = p.operation()
	}
	if err := errors.Join(p.errs...); err != nil {
		return nil, fmt.Errorf("route %s of %s: %w", strings.TrimSpace(m.Verb+" "+m.Path), m.Summary, err)
	}
	return p.b, nil
}

// TakesBody reports whether Decode looks at the body of a request.
func (b *Binding) TakesBody() bool { return b.body != nil }

// Operation describes the route. It is the caller's to add to, before the
// document is asked for.
func (b *Binding) Operation() *huma.Operation { return b.operation }

// Decode reads the parameters from r and its body into what the elements of
// into point to, zero values, one for each parameter. A request that does not
// fit gives *Invalid.
func (b *Binding) Decode(r *http.Request, data []byte, into []any) error {
	if b.body == nil && len(b.texts) == 0 {
		return nil
	}
	f := findings{hide: b.hide}
	if b.body != nil {
		b.body.decode(r.Header.Get("Content-Type"), data, into, &f)
	}
	b.decodeTexts(r, into, &f)
	return f.err()
}

// planner settles where the parameters of a method come from.
type planner struct {
	reg    *Registry
	m      Method
	b      *Binding
	taken  map[string]bool // wildcards that lead to a parameter
	params []*huma.Param
	errs   []error
}

func (p *planner) fail(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(format, args...))
}

func (p *planner) plan() {
	switch n := len(p.m.In); {
	case len(p.m.Names) > 0 && len(p.m.Names) != n:
		p.fail("have %d names (%s) for %d parameters, want one for each", len(p.m.Names), strings.Join(p.m.Names, ", "), n)
	case len(p.m.Names) > 0:
		p.named()
	case n > 1:
		p.fail("have %d parameters without names, want args:\"…\" with one name for each", n)
	case n == 1 && isRecord(p.m.In[0]):
		p.record()
	case n == 1:
		p.single()
	}
}

// carriesBody reports whether requests of the route have a body.
func (p *planner) carriesBody() bool {
	switch p.m.Verb {
	case http.MethodPost, http.MethodPut, http.MethodPatch, "":
		return true
	default:
		return false
	}
}

// isRecord reports whether the fields of t are what a request fills.
func isRecord(t reflect.Type) bool {
	t = deref(t)
	return t.Kind() == reflect.Struct && !writesItself(t) && !provides(t)
}

func (p *planner) isWildcard(name string) bool { return slices.Contains(p.m.Wildcards, name) }

// wildcards lists what the route has, for messages.
func (p *planner) wildcards() string {
	if len(p.m.Wildcards) == 0 {
		return "the route has none"
	}
	return "the route has " + strings.Join(p.m.Wildcards, ", ")
}

func (p *planner) checkWildcards() {
	if len(p.errs) > 0 {
		return
	}
	for _, name := range p.m.Wildcards {
		if !p.taken[name] {
			p.fail("have wildcard {%s} that no parameter takes, want a parameter of that name in args:\"…\", "+
				"or a field with tag path:%q", name, name)
		}
	}
}

// named binds each parameter by its name.
func (p *planner) named() {
	var inBody []bodyField
	for i, name := range p.m.Names {
		optional := p.m.Optional != nil && p.m.Optional(i) || p.m.In[i].Kind() == reflect.Pointer
		f := parameter(name, p.m.In[i])
		switch {
		case slices.Contains(p.m.Names[:i], name):
			p.fail("have the name %q twice, want it once", name)
		case p.isWildcard(name):
			p.text(&p.b.texts, "path", f, place{param: i}, true)
		case p.carriesBody():
			f.Tag = reflect.StructTag(fmt.Sprintf("json:%q required:\"%t\"", name, !optional))
			inBody = append(inBody, bodyField{f, place{param: i}})
		default:
			p.text(&p.b.texts, "query", f, place{param: i}, !optional)
		}
	}
	if len(inBody) > 0 && len(p.errs) == 0 {
		p.membersBody(inBody)
	}
}

// single binds the one parameter, which is no struct and has no name.
func (p *planner) single() {
	t := p.m.In[0]
	switch {
	case len(p.m.Wildcards) == 1 && isText(t):
		name := p.m.Wildcards[0]
		p.text(&p.b.texts, "path", parameter(name, t), place{}, true)
	case !p.carriesBody():
		p.fail("have one parameter of type %s without a name, and %s requests carry no body; "+
			"want args:\"name\" for a query value, or a wildcard in the route", t, p.m.Verb)
	default:
		p.wholeBody(t, place{}, p.m.Optional != nil && p.m.Optional(0))
	}
}
