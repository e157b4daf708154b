package main

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// page is what a package exports, as sorted lines.
func page(p *types.Package) string {
	l := lister{pkg: p}
	for _, name := range p.Scope().Names() {
		if o := p.Scope().Lookup(name); o.Exported() {
			l.object(o)
		}
	}
	slices.Sort(l.lines)
	return fmt.Sprintf("package %s // import %q\n\n%s\n", p.Name(), p.Path(), strings.Join(slices.Compact(l.lines), "\n"))
}

type lister struct {
	pkg   *types.Package
	lines []string
}

func (l *lister) add(format string, values ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, values...))
}

// qualify leaves the package itself out; the others are named by their last
// element, as in source.
func (l *lister) qualify(other *types.Package) string {
	if other == l.pkg {
		return ""
	}
	return other.Name()
}

func (l *lister) text(t types.Type) string { return types.TypeString(t, l.qualify) }

// signature leaves out the names of parameters: nobody depends on them.
func (l *lister) signature(s *types.Signature) string {
	in, out := l.tuple(s.Params()), l.tuple(s.Results())
	if s.Variadic() {
		last := s.Params().At(s.Params().Len() - 1).Type()
		if list, ok := last.(*types.Slice); ok {
			in[len(in)-1] = "..." + l.text(list.Elem())
		}
	}
	text := "(" + strings.Join(in, ", ") + ")"
	switch len(out) {
	case 0:
		return text
	case 1:
		return text + " " + out[0]
	}
	return text + " (" + strings.Join(out, ", ") + ")"
}

func (l *lister) tuple(t *types.Tuple) []string {
	texts := make([]string, 0, t.Len())
	for v := range t.Variables() {
		texts = append(texts, l.text(v.Type()))
	}
	return texts
}

func (l *lister) parameters(list *types.TypeParamList) string {
	if list.Len() == 0 {
		return ""
	}
	texts := make([]string, 0, list.Len())
	for p := range list.TypeParams() {
		texts = append(texts, p.Obj().Name()+" "+l.text(p.Constraint()))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func (l *lister) object(o types.Object) {
	switch o := o.(type) {
	case *types.Const:
		l.add("const %s %s = %s", o.Name(), l.text(o.Type()), o.Val().ExactString())
	case *types.Var:
		l.add("var %s %s", o.Name(), l.text(o.Type()))
	case *types.Func:
		l.add("func %s%s%s", o.Name(), l.parameters(o.Signature().TypeParams()), l.signature(o.Signature()))
	case *types.TypeName:
		l.typeName(o)
	}
}

func (l *lister) typeName(o *types.TypeName) {
	if o.IsAlias() {
		l.add("%s", types.ObjectString(o, l.qualify))
		return
	}
	named, ok := o.Type().(*types.Named)
	if !ok {
		return
	}
	name := l.text(named)
	switch under := named.Underlying().(type) {
	case *types.Struct:
		l.add("type %s struct", name)
		l.fields(name, under)
	case *types.Interface:
		l.add("type %s interface%s", name, unimplementable(under))
		l.elements(name, under)
		return
	default:
		l.add("type %s %s", name, l.text(under))
	}
	l.methods(named)
}

// fields lists the exported fields, and those of embedded structs that are
// not exported themselves: they can be written all the same.
func (l *lister) fields(name string, s *types.Struct) {
	for i := range s.NumFields() {
		field := s.Field(i)
		inner, isStruct := field.Type().Underlying().(*types.Struct)
		switch {
		case field.Exported() && field.Embedded():
			l.add("type %s struct, embedded %s%s", name, l.text(field.Type()), tagText(s.Tag(i)))
		case field.Exported():
			l.add("type %s struct, %s %s%s", name, field.Name(), l.text(field.Type()), tagText(s.Tag(i)))
		case field.Embedded() && isStruct:
			l.fields(name, inner)
		}
	}
}

func tagText(tag string) string {
	if tag == "" {
		return ""
	}
	return " `" + tag + "`"
}

// unimplementable says so of an interface that only its package implements.
func unimplementable(i *types.Interface) string {
	for method := range i.Methods() {
		if !method.Exported() {
			return ", with unexported methods"
		}
	}
	return ""
}

func (l *lister) elements(name string, i *types.Interface) {
	for method := range i.ExplicitMethods() {
		if method.Exported() {
			l.add("type %s interface, %s%s", name, method.Name(), l.signature(method.Signature()))
		}
	}
	for embedded := range i.EmbeddedTypes() {
		l.add("type %s interface, embedded %s", name, l.text(embedded))
	}
}

// methods lists the exported methods of a type, and those that it has from an
// embedded type that is not exported. Those of an exported one follow from it.
func (l *lister) methods(named *types.Named) {
	for selection := range types.NewMethodSet(types.NewPointer(named)).Methods() {
		f, ok := selection.Obj().(*types.Func)
		if !ok || !f.Exported() || shown(named, selection.Index()) {
			continue
		}
		receiver := l.text(named)
		signature := f.Signature()
		if _, pointer := types.Unalias(signature.Recv().Type()).(*types.Pointer); pointer {
			receiver = "*" + receiver
		}
		l.add("method (%s) %s%s", receiver, f.Name(), l.signature(signature))
	}
}

// shown is whether a promoted method is seen on the line of an embedded field.
func shown(t types.Type, path []int) bool {
	for _, index := range path[:len(path)-1] {
		if pointer, ok := types.Unalias(t).Underlying().(*types.Pointer); ok {
			t = pointer.Elem()
		}
		s, ok := t.Underlying().(*types.Struct)
		if !ok || s.Field(index).Exported() {
			return true
		}
		t = s.Field(index).Type()
	}
	return false
}
