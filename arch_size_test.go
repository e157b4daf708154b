package enoki_test

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"slices"
)

const (
	maxFileLines = 300
	maxFuncLines = 25 // for nine functions of ten
)

func longFiles(tree fs.FS) ([]string, error) {
	var found []string
	err := eachWritten(tree, func(file string, text []byte, _ *token.FileSet, _ *ast.File) {
		if lines := bytes.Count(text, []byte("\n")); lines > maxFileLines {
			found = append(found, fmt.Sprintf("%s has %d lines, want at most %d: split it by what its parts do", file, lines, maxFileLines))
		}
	})
	return found, err
}

// longFunctions looks at the module as a whole: one long function is a matter
// of review, one in ten is a habit.
func longFunctions(tree fs.FS) ([]string, error) {
	functions, err := functionsOf(tree)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(functions, func(a, b function) int { return cmp.Compare(b.lines, a.lines) })
	long := slices.IndexFunc(functions, func(f function) bool { return f.lines <= maxFuncLines })
	if long < 0 {
		long = len(functions)
	}
	if long*10 <= len(functions) {
		return nil, nil
	}
	found := []string{fmt.Sprintf("%d of %d functions have more than %d lines, want at most one in ten: split the longest", long, len(functions), maxFuncLines)}
	for _, f := range functions[:min(long, 10)] {
		found = append(found, fmt.Sprintf("%s has %d lines", f.where, f.lines))
	}
	return found, nil
}

// A function is one declaration, from func to its closing brace.
type function struct {
	where string // file:line: name
	lines int
}

func functionsOf(tree fs.FS) ([]function, error) {
	var functions []function
	err := eachWritten(tree, func(_ string, _ []byte, set *token.FileSet, parsed *ast.File) {
		for _, decl := range parsed.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				from, to := set.Position(f.Pos()), set.Position(f.End())
				where := fmt.Sprintf("%s:%d: %s", from.Filename, from.Line, f.Name.Name)
				functions = append(functions, function{where, to.Line - from.Line + 1})
			}
		}
	})
	return functions, err
}

// eachWritten visits the Go files that people wrote, tests among them.
func eachWritten(tree fs.FS, visit func(file string, text []byte, set *token.FileSet, parsed *ast.File)) error {
	files, err := goFiles(tree)
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := fs.ReadFile(tree, file)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if !ast.IsGenerated(parsed) {
			visit(file, text, set, parsed)
		}
	}
	return nil
}
