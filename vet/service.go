package vet

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"unicode"
	"unicode/utf8"

	"golang.org/x/tools/go/analysis"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/tag"
)

// service is one struct.
type service struct {
	*checker
	named   *types.Named
	head    site
	name    string
	version string
	nameAt  *site // of the marker Name, nil without one
	methods map[string]*types.Signature
	entries []entry
	fields  []field
	found   int // mistakes
	host    *host
}

// entry is a declared entrypoint.
type entry struct {
	kind   types.Type
	method string
	tag    reflect.StructTag // without the keys of the container
	parsed tag.Tag
	made   *entrypoint.Method
	own    entrypoint.Declaration // nil for that of the kind
	flow   *Flow                  // of a handler that does not say it in its tag
	site   site
}

// field is an exported field that may have to be filled.
type field struct {
	*types.Var
	site site
}

func newService(c *checker, named *types.Named) *service {
	s := &service{
		checker: c, named: named, name: entrypoint.WireName(named.Obj().Name()), version: "0.0.0",
		methods: make(map[string]*types.Signature), head: site{node: extent{named.Obj().Pos(), len(named.Obj().Name())}},
	}
	set := types.NewMethodSet(types.NewPointer(named))
	for m := range set.Methods() {
		if sig, ok := m.Type().(*types.Signature); ok && m.Obj().Exported() {
			s.methods[m.Obj().Name()] = sig
		}
	}
	return s
}

// extent is a place of some length.
type extent struct {
	at   token.Pos
	size int
}

func (s extent) Pos() token.Pos { return s.at }
func (s extent) End() token.Pos { return s.at + token.Pos(s.size) }

// wrong says what is wrong at a site: text is in front of each of the errors.
func (s *service) wrong(at site, text string, err error) {
	each(err, func(e error) {
		if errors.Is(e, errUnconfigured) {
			return
		}
		s.found++
		s.report(at.diagnostic(s.types.real(text+e.Error()), keyOf(e), s.types.real(e.Error())))
	})
}

// wrongf says what is wrong with what a site declares as a whole.
func (s *service) wrongf(at site, format string, args ...any) {
	s.found++
	d := analysis.Diagnostic{Pos: at.node.Pos(), End: at.node.End(), Category: "declaration", Message: fmt.Sprintf(format, args...)}
	s.report(d)
}

// check looks at the service as the container does.
func (s *service) check() {
	st, _ := s.named.Underlying().(*types.Struct)
	s.walk(st, nil)
	s.bindings()
	s.whole()
	s.host = newHost(s.name, s.version)
	s.provide()
	s.declare()
}

// whole looks at the name, and whether there is anything to host.
func (s *service) whole() {
	switch {
	case broker.ValidName(s.name):
		s.taken()
	case s.nameAt != nil:
		s.wrong(*s.nameAt, "", fmt.Errorf("service name: have %q, want 1 to 64 letters, digits, - or _", s.name))
	default:
		s.wrongf(s.head, "service name: have %q, which is that of the type, want 1 to 64 letters, digits, - or _: add a marker `_ service.Name `name:\"…\"``", s.name)
	}
	if len(s.entries) == 0 && s.found == 0 && !s.serves() {
		s.wrongf(s.head, "%s declares no entrypoint: add a marker field such as `_ rpc.Method `method:\"Hello\"``", typeName(s.named))
	}
}

// taken refuses a second service of one name.
func (s *service) taken() {
	other := s.names[s.name]
	if other == nil {
		s.names[s.name] = s.named
		return
	}
	s.wrongf(s.head, "service name %q is taken by %s at %s; give one of them another with `_ service.Name `name:\"…\"``",
		s.name, typeName(other), s.place(other.Obj().Pos()))
}

// serves reports whether a field is a reason to run a service without entrypoints.
func (s *service) serves() bool {
	for _, f := range s.fields {
		if takes(f.Type(), "Serves") {
			return true
		}
	}
	return false
}

// walk reads the fields of a struct and of those embedded in it. outer is the field of
// this package that embeds it, nil for none.
func (s *service) walk(st *types.Struct, outer *site) {
	for i := range st.NumFields() {
		f := st.Field(i)
		at := s.siteOf(f, st.Tag(i), outer)
		_, isStruct := f.Type().Underlying().(*types.Struct)
		switch {
		case f.Name() == "_":
			s.marker(f, at)
		case isLostMarker(st, i):
			s.lost(f, at)
		case f.Embedded() && isStruct && !provides(f.Type()) && !isLock(f.Type()):
			s.walk(f.Type().Underlying().(*types.Struct), &at)
		case hasLock(f.Type()):
			s.wrongf(at, "field %s (%s) is or holds a lock: every call runs on its own copy of the struct, so it would guard nothing; share it behind a pointer or from a constructor", f.Name(), typeName(f.Type()))
		case !f.Exported() && provides(f.Type()) && !s.set[f]:
			s.wrongf(at, "field %s (%s) is not exported, so nobody can fill it; write %s, or set it before the start", f.Name(), typeName(f.Type()), exported(f.Name()))
		case f.Exported():
			s.fields = append(s.fields, field{f, at})
		}
	}
}

// siteOf returns where a field is written: where it is in another package, the one that
// embeds it.
func (s *service) siteOf(f *types.Var, text string, outer *site) site {
	if written, ok := s.checker.fields[f.Pos()]; ok {
		at := siteOf(written, nil, text)
		for _, name := range written.Names {
			if name.Pos() == f.Pos() {
				at.name = name
			}
		}
		return at
	}
	if outer != nil {
		return site{node: outer.node, text: reflect.StructTag(text)}
	}
	return site{node: s.head.node, text: reflect.StructTag(text)}
}

// exported returns a name as others can see it.
func exported(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

// isLostMarker reports whether a field would be a marker if it had no name.
func isLostMarker(st *types.Struct, i int) bool {
	f := st.Field(i)
	return f.Name() != "_" && namesMethod(st.Tag(i)) && isKind(f.Type())
}

func namesMethod(text string) bool {
	_, names := reflect.StructTag(text).Lookup("method")
	return names
}

// lost is a marker with a name; without it, it is one.
func (s *service) lost(f *types.Var, at site) {
	s.found++
	d := analysis.Diagnostic{Pos: at.node.Pos(), End: at.node.End(), Category: "declaration"}
	d.Message = fmt.Sprintf("field %s: a marker is only one under the name _; write `_ %s`, or leave its tag out", f.Name(), typeName(f.Type()))
	if at.name != nil {
		d.SuggestedFixes = replace(at.name.Pos(), at.name.End(), "_")
	}
	s.report(d)
}
