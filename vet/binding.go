package vet

import (
	"context"
	"go/ast"
	"go/constant"
	"go/types"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
)

// bindings reads the other form: the calls of Bind and On in the method Entrypoints.
func (s *service) bindings() {
	sig, has := s.methods["Entrypoints"]
	switch {
	case !has:
		return
	case !hasBindings(s.named):
		s.wrongf(s.head, "method Entrypoints is %s; want func() []entrypoint.Binding", typeName(withReceiver(s.named, sig)))
		return
	}
	body := s.bodyOf("Entrypoints")
	if body == nil {
		s.found++ // in another package: nobody knows what it binds
		return
	}
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			s.binding(call)
		}
		return true
	})
}

// bodyOf returns the source of a method, nil where it is not in this package.
func (s *service) bodyOf(method string) *ast.BlockStmt {
	obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(s.named), true, s.named.Obj().Pkg(), method)
	for _, file := range s.pass.Files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.pass.TypesInfo.Defs[f.Name] == obj {
				return f.Body
			}
		}
	}
	return nil
}

// binding reads one call.
func (s *service) binding(call *ast.CallExpr) {
	switch s.callee(call) {
	case module + "/entrypoint.Bind":
		s.bind(call)
	case module + "/events.On":
		s.on(call)
	}
}

// callee returns the path and the name of the function that is called, "" for others.
func (c *checker) callee(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun = f.X
	case *ast.IndexListExpr:
		fun = f.X
	}
	var name *ast.Ident
	switch f := fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel
	case *ast.Ident:
		name = f
	default:
		return ""
	}
	f, ok := c.pass.TypesInfo.Uses[name].(*types.Func)
	if !ok || f.Pkg() == nil || f.Signature().Recv() != nil {
		return ""
	}
	return f.Pkg().Path() + "." + f.Name()
}

func (s *service) bind(call *ast.CallExpr) {
	if len(call.Args) < 2 {
		return
	}
	at, ok := s.siteOfCall(call)
	if !ok {
		return
	}
	if s.pass.TypesInfo.Types[call.Args[0]].IsNil() {
		s.wrongf(at, "bind: have nil, want a kind of entrypoint such as rpc.Method{}")
		return
	}
	name, ok := s.methodExpression(call.Args[1])
	if !ok {
		s.wrongf(at, "bind: have %s, want a method expression such as (*Orders).Create", types.ExprString(call.Args[1]))
		return
	}
	s.entry(s.pass.TypesInfo.TypeOf(call.Args[0]), name, at)
}

// on reads the declaration of a handler by its event.
func (s *service) on(call *ast.CallExpr) {
	if len(call.Args) < 2 {
		return
	}
	at, ok := s.siteOfCall(call)
	name, isMethod := s.methodExpression(call.Args[1])
	event, known := s.definitionOf(call.Args[0])
	if !ok || !isMethod {
		if ok {
			s.wrongf(at, "bind: have %s, want a method expression such as (*Orders).Create", types.ExprString(call.Args[1]))
		}
		return
	}
	if !known {
		s.found++ // it declares something
		return
	}
	b := events.On(events.Define[any](event.Source, event.Event), func(struct{}, context.Context, any) error { return nil })
	s.handler(handlerType(s.pass.TypesInfo.TypeOf(call.Fun)), b.Declaration, name, at, event)
}

// handler adds the handler of an event that is known by its definition.
func (s *service) handler(kind types.Type, d entrypoint.Declaration, method string, at site, event Flow) {
	before := len(s.entries)
	s.entry(kind, method, at)
	if len(s.entries) > before {
		s.entries[before].own, s.entries[before].flow = d, &event
	}
}

// handlerType returns what On declares: the type of the field Declaration of its result
// does not say, so it is found beside Event.
func handlerType(t types.Type) types.Type {
	sig, ok := t.(*types.Signature)
	if !ok {
		return types.Typ[types.Invalid]
	}
	event, ok := types.Unalias(sig.Params().At(0).Type()).(*types.Named)
	if !ok {
		return types.Typ[types.Invalid]
	}
	handler := event.Obj().Pkg().Scope().Lookup("Handler")
	if handler == nil {
		return types.Typ[types.Invalid]
	}
	return handler.Type()
}

// methodExpression returns the name of the method that an expression such as
// (*Orders).Create stands for.
func (s *service) methodExpression(e ast.Expr) (name string, ok bool) {
	selector, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	selection := s.pass.TypesInfo.Selections[selector]
	if selection == nil || selection.Kind() != types.MethodExpr {
		return "", false
	}
	return selector.Sel.Name, true
}

// siteOfCall returns a call as a site. Tags that are no constants cannot be read.
func (s *service) siteOfCall(call *ast.CallExpr) (site, bool) {
	at := site{node: call}
	var texts []string
	for _, arg := range call.Args[2:] {
		v := s.pass.TypesInfo.Types[arg].Value
		if v == nil || v.Kind() != constant.String || call.Ellipsis.IsValid() {
			return at, false
		}
		texts = append(texts, constant.StringVal(v))
		if lit, ok := ast.Unparen(arg).(*ast.BasicLit); ok {
			at.tags = append(at.tags, literalOf(lit))
		}
	}
	at.text = reflect.StructTag(strings.Join(texts, " "))
	return at, true
}
