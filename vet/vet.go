// Package vet finds in the source what the container would refuse at the start.
//
// It asks the runtime itself: a marker's tag and the method that it names are given to
// the Declare of its kind, a field's tag to its Provide, with stand-ins for the types.
// So the texts are those of the start, and no table can fall behind.
package vet

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Analyzer reports mistakes in the declarations of services, each at its field or at the
// place in its tag, and suggests a fix where it knows one. It may run in a multichecker,
// in golangci-lint and, by `go vet -vettool=$(which svc)`, in the go command; svc vet
// runs it. Files of tests are left out: services in them are often wrong on purpose.
//
// Its result is the *Traffic of the package, which is a fact, too.
var Analyzer = &analysis.Analyzer{
	Name:       "enoki",
	Doc:        "report what the container of a service would refuse at the start\n\nIt checks marker fields, tags, methods, and the types that travel.",
	URL:        "https://pkg.go.dev/" + module + "/vet",
	Run:        run,
	FactTypes:  []analysis.Fact{(*Traffic)(nil)},
	ResultType: reflect.TypeFor[*Traffic](),
}

// module is that of the packages that vet knows.
const module = "github.com/enoki-go/enoki"

func run(pass *analysis.Pass) (any, error) {
	c := newChecker(pass)
	if !c.concerned() {
		return c.traffic, nil
	}
	c.define()
	for _, s := range c.services() {
		s.check()
	}
	c.compare()
	return c.traffic, nil
}

// checker looks at one package.
type checker struct {
	pass    *analysis.Pass
	types   *mirror
	traffic *Traffic
	fields  map[token.Pos]*ast.Field // by the position of their names
	set     map[*types.Var]bool      // fields that code of the package sets
	inside  map[*types.TypeName]bool // types that a service embeds
	names   map[string]*types.Named  // services by name
	tests   map[*token.File]bool     // files of tests
	sites   map[string]token.Pos     // of events, by their place
	said    map[diagnosed]bool
}

// diagnosed is what has been said where.
type diagnosed struct {
	at   token.Pos
	text string
}

func newChecker(pass *analysis.Pass) *checker {
	c := &checker{
		pass: pass, types: newMirror(), traffic: new(Traffic),
		fields: make(map[token.Pos]*ast.Field), set: make(map[*types.Var]bool), inside: make(map[*types.TypeName]bool),
		names: make(map[string]*types.Named), tests: make(map[*token.File]bool), sites: make(map[string]token.Pos), said: make(map[diagnosed]bool),
	}
	for _, f := range pass.Files {
		file := pass.Fset.File(f.FileStart)
		c.tests[file] = strings.HasSuffix(file.Name(), "_test.go")
		ast.Inspect(f, c.look)
	}
	return c
}

// concerned reports whether the package has anything to do with services.
func (c *checker) concerned() bool {
	return slices.ContainsFunc(c.pass.Pkg.Imports(), func(p *types.Package) bool {
		return p.Path() == module || strings.HasPrefix(p.Path(), module+"/")
	})
}

// look notes what is wanted of the syntax.
func (c *checker) look(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.StructType:
		for _, f := range n.Fields.List {
			c.note(f)
		}
	case *ast.AssignStmt:
		for _, left := range n.Lhs {
			if s, ok := left.(*ast.SelectorExpr); ok {
				c.sets(s.Sel)
			}
		}
	case *ast.KeyValueExpr:
		if name, ok := n.Key.(*ast.Ident); ok {
			c.sets(name)
		}
	}
	return true
}

// note remembers where a field is written.
func (c *checker) note(f *ast.Field) {
	for _, name := range f.Names {
		c.fields[name.Pos()] = f
	}
	if len(f.Names) == 0 {
		c.fields[embeddedName(f.Type).Pos()] = f
	}
}

// embeddedName returns the identifier that names an embedded field.
func embeddedName(e ast.Expr) ast.Node {
	switch e := e.(type) {
	case *ast.StarExpr:
		return embeddedName(e.X)
	case *ast.SelectorExpr:
		return e.Sel
	case *ast.IndexExpr:
		return embeddedName(e.X)
	case *ast.IndexListExpr:
		return embeddedName(e.X)
	case *ast.ParenExpr:
		return embeddedName(e.X)
	default:
		return e
	}
}

func (c *checker) sets(name *ast.Ident) {
	if v, ok := c.pass.TypesInfo.Uses[name].(*types.Var); ok && v.IsField() {
		c.set[v] = true
	}
}

// services returns the service structs of the package in the order of the source. One that
// another embeds is looked at as a part of that: its methods may be there.
func (c *checker) services() []*service {
	var found []*types.Named
	scope := c.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		t, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || t.IsAlias() || c.tests[c.pass.Fset.File(t.Pos())] {
			continue
		}
		named, ok := t.Type().(*types.Named)
		if ok && named.TypeParams().Len() == 0 && c.isService(named) {
			found = append(found, named)
			c.embeds(named)
		}
	}
	slices.SortFunc(found, func(a, b *types.Named) int { return cmp.Compare(a.Obj().Pos(), b.Obj().Pos()) })
	var all []*service
	for _, named := range found {
		if !c.inside[named.Obj()] {
			all = append(all, newService(c, named))
		}
	}
	return all
}

// isService reports whether a type declares entrypoints or is named as a service.
func (*checker) isService(t *types.Named) bool {
	if _, ok := t.Underlying().(*types.Struct); !ok {
		return false
	}
	return declaresFields(t, map[*types.Named]bool{}) || hasBindings(t)
}

// declaresFields reports whether a struct, or one embedded in it, has markers.
func declaresFields(t *types.Named, seen map[*types.Named]bool) bool {
	st, ok := t.Underlying().(*types.Struct)
	if !ok || seen[t] {
		return false
	}
	seen[t] = true
	for i := range st.NumFields() {
		f := st.Field(i)
		inner, _ := types.Unalias(f.Type()).(*types.Named)
		switch {
		case f.Name() == "_" && (pathOf(f.Type()) == serviceName || isKind(f.Type()) || namesMethod(st.Tag(i))), isLostMarker(st, i):
			return true
		case f.Embedded() && inner != nil && declaresFields(inner, seen):
			return true
		}
	}
	return false
}

// embeds notes the structs of the package that a service embeds.
func (c *checker) embeds(t *types.Named) {
	st, _ := t.Underlying().(*types.Struct)
	for f := range st.Fields() {
		inner, ok := types.Unalias(f.Type()).(*types.Named)
		if !ok || !f.Embedded() || c.inside[inner.Obj()] {
			continue
		}
		if _, isStruct := inner.Underlying().(*types.Struct); isStruct {
			c.inside[inner.Obj()] = true
			c.embeds(inner)
		}
	}
}
