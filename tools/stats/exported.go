package main

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/token"
	"strings"
	"unicode"
	"unicode/utf8"
)

func place(at token.Position) string { return fmt.Sprintf("%s:%d", at.Filename, at.Line) }

// nameOf is Func or Type.Method.
func nameOf(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	return receiver(f.Recv.List[0].Type) + "." + f.Name.Name
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// note enters the exported declarations of a file, with whether each has a
// comment of its own or shares that of its group. What Error and String do needs
// no comment.
func note(f *ast.File, exported map[string]bool) {
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			owner, method, isMethod := strings.Cut(nameOf(d), ".")
			if d.Name.IsExported() && (!isMethod || ast.IsExported(owner)) {
				exported[nameOf(d)] = d.Doc != nil || method == "Error" || method == "String"
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				noteSpec(spec, d.Doc != nil, exported)
			}
		}
	}
}

func noteSpec(spec ast.Spec, group bool, exported map[string]bool) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() {
			exported[s.Name.Name] = group || s.Doc != nil
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.IsExported() {
				exported[name.Name] = group || s.Doc != nil || s.Comment != nil
			}
		}
	}
}

// runnable names what the examples of a file with an output are examples of:
// ExampleType_Method_suffix is one of Type.Method.
func runnable(f *ast.File) []string {
	var names []string
	for _, e := range doc.Examples(f) {
		if e.Output == "" && !e.EmptyOutput {
			continue
		}
		parts := strings.Split(e.Name, "_")
		if last, _ := utf8.DecodeRuneInString(parts[len(parts)-1]); unicode.IsLower(last) {
			parts = parts[:len(parts)-1]
		}
		names = append(names, strings.Join(parts, "."))
	}
	return names
}
