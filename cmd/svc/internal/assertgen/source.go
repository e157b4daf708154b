package assertgen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/syntax"
)

func read(dir string) (*source, error) {
	s := &source{files: token.NewFileSet(), methods: map[string]declared{}, plain: map[string]bool{}}
	packages, err := parseFolder(s.files, dir)
	if err != nil {
		return nil, err
	}
	for _, f := range packages {
		s.name = f.Name.Name
		for _, decl := range f.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if typ := syntax.Receiver(decl); typ != "" {
					s.methods[typ+"."+decl.Name.Name] = declared{decl, f}
				}
			case *ast.GenDecl:
				s.addTypes(decl)
			}
		}
	}
	return s, nil
}

// parseFolder reads the Go files of a folder but its tests and what was generated here.
func parseFolder(files *token.FileSet, dir string) ([]*ast.File, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var all []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || filepath.Base(path) == FileName {
			continue
		}
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: %w: there are no Go files", dir, fs.ErrNotExist)
	}
	return all, nil
}

func (s *source) addTypes(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok || t.TypeParams != nil {
			continue
		}
		fields, ok := t.Type.(*ast.StructType)
		if !ok {
			continue
		}
		s.plain[t.Name.Name] = true
		for _, f := range fields.Fields.List {
			if len(f.Names) == 0 {
				s.plain[t.Name.Name] = false
			}
			if m, ok := s.marker(t.Name.Name, f); ok {
				s.marked = append(s.marked, m)
			}
		}
	}
}

func (s *source) marker(typ string, f *ast.Field) (markedMethod, bool) {
	if f.Tag == nil || len(f.Names) == 0 || f.Names[0].Name != "_" {
		return markedMethod{}, false
	}
	tag, err := strconv.Unquote(f.Tag.Value)
	method, ok := reflect.StructTag(tag).Lookup("method")
	if err != nil || !ok || !token.IsIdentifier(method) {
		return markedMethod{}, false
	}
	at := s.files.Position(f.Pos())
	return markedMethod{
		typ: typ, method: method, place: filepath.Base(at.Filename) + ":" + strconv.Itoa(at.Line),
		marker: "_ " + s.text(f.Type) + " " + strings.ReplaceAll(f.Tag.Value, "\n", " "),
	}, true
}
