// Package syntax reads declarations of Go source.
package syntax

import "go/ast"

// Receiver returns the name of the type that f is a method of, a pointer or not; "" for a
// function, and for a type with parameters, which no service has.
func Receiver(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) != 1 {
		return ""
	}
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}
