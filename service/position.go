package service

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// source finds where a struct type is written. The runtime knows only where its
// methods are, so the rest is read from the files beside them; where those are
// not there, as in a container image, the type's name has to do.
type source struct {
	structType reflect.Type
	within     *source          // of the struct that embeds it, nil for a service
	fields     []token.Position // by field index; nil until read
	head       token.Position   // of the type
	read       bool
}

// place returns "file:line" of the field at index, of the type for -1.
func (s *source) place(index int) string {
	s.load()
	switch {
	case index >= 0 && index < len(s.fields):
		return short(s.fields[index])
	case s.head.IsValid():
		return short(s.head)
	default:
		return s.structType.String()
	}
}

func (s *source) load() {
	if s.read {
		return
	}
	s.read = true
	dir, ok := s.dir()
	if !ok {
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return
	}
	if slices.ContainsFunc(files, s.find) {
		return
	}
}

// dir returns the folder of the type. One without methods is looked for beside
// the struct that embeds it, where that is of the same package.
func (s *source) dir() (string, bool) {
	for at := s; at != nil && at.structType.PkgPath() == s.structType.PkgPath(); at = at.within {
		if dir, ok := sourceDir(at.structType); ok {
			return dir, true
		}
	}
	return "", false
}

// sourceDir returns the folder of the file that holds a method of t.
func sourceDir(t reflect.Type) (string, bool) {
	for _, typ := range []reflect.Type{t, reflect.PointerTo(t)} {
		for method := range typ.Methods() {
			f := runtime.FuncForPC(method.Func.Pointer())
			if file, _ := f.FileLine(f.Entry()); strings.HasSuffix(file, ".go") {
				return filepath.Dir(file), true
			}
		}
	}
	return "", false
}

// find looks for the type in one file.
func (s *source) find(path string) bool {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	name, _, _ := strings.Cut(s.structType.Name(), "[")
	ast.Inspect(file, func(n ast.Node) bool {
		decl, ok := n.(*ast.TypeSpec)
		if !ok || decl.Name.Name != name {
			return true
		}
		if fields, ok := decl.Type.(*ast.StructType); ok {
			s.head = files.Position(decl.Pos())
			s.fields = positions(files, fields)
		}
		return false
	})
	return s.head.IsValid()
}

// positions returns the place of each field in the order of package reflect: one
// entry a name, one for an embedded type.
func positions(files *token.FileSet, t *ast.StructType) []token.Position {
	var all []token.Position
	for _, f := range t.Fields.List {
		for range max(1, len(f.Names)) {
			all = append(all, files.Position(f.Pos()))
		}
	}
	return all
}

func short(p token.Position) string { return shortPath(p.Filename, p.Line) }

// shortPath returns "file:line", relative to the working directory where the
// file is below it.
func shortPath(file string, line int) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, file); err == nil && filepath.IsLocal(rel) {
			file = rel
		}
	}
	return fmt.Sprintf("%s:%d", file, line)
}
