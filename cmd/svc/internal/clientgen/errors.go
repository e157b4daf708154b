package clientgen

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// A declaredError is a variable that holds what fault.Declare returned.
type declaredError struct {
	variable, doc       string
	name, code, message string // code is a name in package fault
}

// errorOf recognises var ErrX = fault.Declare("name", fault.Code, "message").
func errorOf(spec *ast.ValueSpec, decl *ast.GenDecl) (declaredError, bool) {
	if decl.Tok != token.VAR || len(spec.Names) != 1 || len(spec.Values) != 1 || !spec.Names[0].IsExported() {
		return declaredError{}, false
	}
	call, ok := spec.Values[0].(*ast.CallExpr)
	if !ok || len(call.Args) != 3 || ofFault(call.Fun) != "Declare" {
		return declaredError{}, false
	}
	e := declaredError{
		variable: spec.Names[0].Name, doc: spec.Doc.Text(),
		name: literal(call.Args[0]), code: ofFault(call.Args[1]), message: literal(call.Args[2]),
	}
	if e.doc == "" && !decl.Lparen.IsValid() {
		e.doc = decl.Doc.Text()
	}
	return e, e.name != "" && e.code != ""
}

// ofFault returns X of fault.X.
func ofFault(e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if pkg, ok := sel.X.(*ast.Ident); !ok || pkg.Name != "fault" {
		return ""
	}
	return sel.Sel.Name
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return text
}

// errorVariables declares the errors again: they are the same by their names.
func errorVariables(all []declaredError) string {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b declaredError) int { return cmp.Compare(a.variable, b.variable) })
	var b strings.Builder
	for _, e := range all {
		fmt.Fprintf(&b, "%svar %s = fault.Declare(%q, fault.%s, %q)\n\n",
			comment(cmp.Or(e.doc, e.variable+" is an error of the service.")), e.variable, e.name, e.code, e.message)
	}
	return b.String()
}
