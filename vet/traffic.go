package vet

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/schema"
)

// Traffic is what the services of a package emit and handle.
type Traffic struct {
	Emits   []Flow
	Handles []Flow
	Defined map[string]Flow // what events.Define declares, by the name of the variable
}

// A Flow is one event, or those that fit a pattern, with the type of its payload.
type Flow struct {
	Source  string
	Event   string
	Type    string // of the payload
	Payload *Shape // nil where it is not known
	Who     string // who emits or handles it
	Place   string // file:line:column
}

// AFact makes it one of analysis.
func (*Traffic) AFact() {}

func (t *Traffic) String() string {
	return fmt.Sprintf("emits %d events, handles %d", len(t.Emits), len(t.Handles))
}

// A Mismatch is an event that a handler cannot decode.
type Mismatch struct {
	Emitted, Handled Flow
	Cause            error
}

// String says what does not fit, and where the event is emitted.
func (m Mismatch) String() string {
	return fmt.Sprintf("%s takes %s.%s as %s, into which what %s emits at %s, a %s, cannot be decoded: %v",
		m.Handled.Who, m.Emitted.Source, m.Emitted.Event, m.Handled.Type, m.Emitted.Who, m.Emitted.Place, m.Emitted.Type, m.Cause)
}

// Mismatches compares all that is emitted with all that is handled.
func Mismatches(emitted, handled []Flow) []Mismatch {
	var all []Mismatch
	for _, h := range handled {
		for _, e := range emitted {
			if e.Source != h.Source || !broker.Matches(h.Event, e.Event) {
				continue
			}
			if err := fits(e.Payload, h.Payload); err != nil {
				all = append(all, Mismatch{e, h, err})
			}
		}
	}
	return all
}

// emits notes an event. at is nil where no site says so.
func (c *checker) emits(source, event string, payload types.Type, place string, who string) {
	c.traffic.Emits = append(c.traffic.Emits, Flow{source, event, typeName(payload), c.types.shape(payload), who, place})
}

// handles notes what a handler takes, and refuses what no event can carry.
func (s *service) handles(e entry) {
	sig := s.methods[e.method]
	var payload types.Type
	for v := range sig.Params().Variables() {
		if pathOf(v.Type()) != "context.Context" {
			payload = v.Type()
		}
	}
	if payload == nil {
		return
	}
	shape := s.types.shape(payload)
	if _, err := schema.Of(shape.Type()); err != nil {
		s.wrong(e.site, e.prefix(), err)
		return
	}
	source, event := e.event()
	if source == "" || event == "" {
		return
	}
	at := e.site.node.Pos()
	if _, value, found := e.site.find("method"); found {
		at = value.pos()
	}
	flow := Flow{source, event, typeName(payload), shape, s.name + "." + e.method, s.place(at)}
	s.traffic.Handles = append(s.traffic.Handles, flow)
	s.sites[flow.Place] = at
}

// event returns what a handler handles.
func (e entry) event() (source, event string) {
	if e.flow != nil {
		return e.flow.Source, e.flow.Event
	}
	source, _ = e.parsed.Get("source")
	event, _ = e.parsed.Get("event")
	return source, event
}

// define notes the events that the package declares.
func (c *checker) define() {
	for _, file := range c.pass.Files {
		if c.tests[c.pass.Fset.File(file.FileStart)] {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == len(spec.Values) {
				for i, value := range spec.Values {
					c.defines(spec.Names[i], value)
				}
			}
			return true
		})
	}
}

func (c *checker) defines(name *ast.Ident, value ast.Expr) {
	call, ok := ast.Unparen(value).(*ast.CallExpr)
	if !ok || c.callee(call) != module+"/events.Define" || len(call.Args) < 2 {
		return
	}
	source, event := c.constantOf(call.Args[0]), c.constantOf(call.Args[1])
	named, ok := types.Unalias(c.pass.TypesInfo.TypeOf(call)).(*types.Named)
	if source == "" || event == "" || !ok || named.TypeArgs().Len() != 1 {
		return
	}
	payload := named.TypeArgs().At(0)
	shape := c.types.shape(payload)
	if _, err := schema.Of(shape.Type()); err != nil {
		c.report(analysis.Diagnostic{Pos: call.Pos(), End: call.End(), Category: "declaration", Message: c.types.real(err.Error())})
		return
	}
	c.emits(source, event, payload, c.place(call.Pos()), "the definition of "+name.Name)
	if c.traffic.Defined == nil {
		c.traffic.Defined = make(map[string]Flow)
	}
	c.traffic.Defined[name.Name] = c.traffic.Emits[len(c.traffic.Emits)-1]
}

// constantOf returns a text that is known before the program runs, else "".
func (c *checker) constantOf(e ast.Expr) string {
	v := c.pass.TypesInfo.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return ""
	}
	return constant.StringVal(v)
}

// definitionOf returns the event that an expression names, of this package or of one that
// was looked at before.
func (c *checker) definitionOf(e ast.Expr) (Flow, bool) {
	var name *ast.Ident
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		name = e
	case *ast.SelectorExpr:
		name = e.Sel
	default:
		return Flow{}, false
	}
	obj := c.pass.TypesInfo.Uses[name]
	if obj == nil || obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope() {
		return Flow{}, false
	}
	if obj.Pkg() == c.pass.Pkg {
		flow, ok := c.traffic.Defined[obj.Name()]
		return flow, ok
	}
	var other Traffic
	if !c.pass.ImportPackageFact(obj.Pkg(), &other) {
		return Flow{}, false
	}
	flow, ok := other.Defined[obj.Name()]
	return flow, ok
}

// spoken is the traffic of a package.
type spoken struct {
	*Traffic
	by *types.Package
}

// compare holds what the package emits and handles against itself and what it imports.
func (c *checker) compare() {
	all := []spoken{{c.traffic, c.pass.Pkg}}
	for _, fact := range c.pass.AllPackageFacts() {
		if t, ok := fact.Fact.(*Traffic); ok && fact.Package != c.pass.Pkg {
			all = append(all, spoken{t, fact.Package})
		}
	}
	for _, emitter := range all {
		for _, handler := range all {
			if !c.compares(emitter.by, handler.by) {
				continue
			}
			for _, m := range Mismatches(emitter.Emits, handler.Handles) {
				c.mismatch(m)
			}
		}
	}
	if len(c.traffic.Emits)+len(c.traffic.Handles) > 0 {
		c.pass.ExportPackageFact(c.traffic)
	}
}

// compares reports whether it falls to this package to compare two: to the one of the two
// that imports the other, else to the program that links both.
func (c *checker) compares(a, b *types.Package) bool {
	if a == c.pass.Pkg || b == c.pass.Pkg {
		return true
	}
	return c.pass.Pkg.Name() == "main" && a != b && !imports(a, b) && !imports(b, a)
}

// imports reports whether a imports b, or what does.
func imports(a, b *types.Package) bool { return leads(a, b, make(map[*types.Package]bool)) }

// leads is imports without the packages that were looked at before: the ways through
// imports are many more than the packages.
func leads(a, b *types.Package, seen map[*types.Package]bool) bool {
	return slices.ContainsFunc(a.Imports(), func(p *types.Package) bool {
		if p == b || seen[p] {
			return p == b
		}
		seen[p] = true
		return strings.HasPrefix(p.Path(), firstElement(b.Path())) && leads(p, b, seen)
	})
}

// firstElement returns what the packages of one module share at least; to look into those
// of others would lead nowhere, slowly.
func firstElement(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}

// mismatch says it at the handler, else at the emitter, else where both are linked.
func (c *checker) mismatch(m Mismatch) {
	d := analysis.Diagnostic{Category: "event", Message: m.String()}
	for _, place := range []string{m.Handled.Place, m.Emitted.Place} {
		if at, ok := c.sites[place]; ok && !d.Pos.IsValid() {
			d.Pos = at
		}
	}
	if !d.Pos.IsValid() {
		i := slices.IndexFunc(c.pass.Files, func(f *ast.File) bool { return f.Name != nil })
		d.Pos, d.Message = c.pass.Files[i].Name.Pos(), m.Handled.Place+": "+m.String()
	}
	c.report(d)
}

// place returns where something is, as the compiler writes it.
func (c *checker) place(at token.Pos) string { return c.pass.Fset.Position(at).String() }
