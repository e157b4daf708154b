package clientgen

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/enoki-go/enoki/cmd/svc/internal/syntax"
)

// Docs are what the source of a package tells beside its schemas: doc comments, and errors
// that are declared. The zero value knows nothing.
type Docs struct {
	types   map[string]string          // by the name of the type
	fields  map[string]map[string]note // by type and key in JSON
	methods map[string]string          // by Type.Method
	errors  []declaredError            // of the first folder
}

// A note is the comment of a field.
type note struct {
	text string
	line bool // it stands behind the field
}

func newDocs() Docs {
	return Docs{types: map[string]string{}, fields: map[string]map[string]note{}, methods: map[string]string{}}
}

// ReadDocs reads the Go files in folders, the first of which is that of the service.
// Where two folders have a type of one name, that of the first counts. Of what cannot be
// parsed nothing is known.
func ReadDocs(folders ...string) Docs {
	all := newDocs()
	for i, folder := range folders {
		one := newDocs()
		for _, f := range parseFolder(folder, parser.ParseComments|parser.SkipObjectResolution) {
			one.add(f)
		}
		if i == 0 {
			all = one
			continue
		}
		for name := range one.types {
			if _, known := all.types[name]; !known {
				all.types[name], all.fields[name] = one.types[name], one.fields[name]
			}
		}
	}
	return all
}

// parseFolder reads the Go files of a folder, without tests.
func parseFolder(folder string, mode parser.Mode) []*ast.File {
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil
	}
	var all []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		if f, err := parser.ParseFile(token.NewFileSet(), path, nil, mode); err == nil {
			all = append(all, f)
		}
	}
	return all
}

// Method returns the doc comment of a method, by Go names.
func (d Docs) Method(typ, method string) string { return d.methods[typ+"."+method] }

// ofType returns the doc comment of a type, other where it has none.
func (d Docs) ofType(name, other string) string { return cmp.Or(d.types[exported(name)], other) }

// ofField returns the comment of a field, by default its description.
func (d Docs) ofField(typ, key, description string) note {
	if n := d.fields[exported(typ)][key]; n.text != "" {
		return n
	}
	return note{description, len(description) < 80 && !strings.Contains(description, "\n")}
}

func (d *Docs) add(f *ast.File) {
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if typ := syntax.Receiver(decl); typ != "" {
				d.methods[typ+"."+decl.Name.Name] = decl.Doc.Text()
			}
		case *ast.GenDecl:
			d.addSpecs(decl)
		}
	}
}

func (d *Docs) addSpecs(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			d.addType(spec, decl)
		case *ast.ValueSpec:
			if e, ok := errorOf(spec, decl); ok {
				d.errors = append(d.errors, e)
			}
		}
	}
}

func (d Docs) addType(t *ast.TypeSpec, decl *ast.GenDecl) {
	name := exported(t.Name.Name)
	doc := t.Doc.Text()
	if doc == "" && !decl.Lparen.IsValid() {
		doc = decl.Doc.Text()
	}
	d.types[name] = renamed(doc, t.Name.Name, name)
	fields, ok := t.Type.(*ast.StructType)
	if !ok {
		return
	}
	d.fields[name] = map[string]note{}
	for _, f := range fields.Fields.List {
		comment := note{f.Doc.Text(), false}
		if comment.text == "" {
			comment = note{f.Comment.Text(), true}
		}
		for _, n := range f.Names {
			d.fields[name][keyOf(n.Name, f.Tag)] = comment
		}
	}
}

// renamed lets a doc comment begin with the name that the type has in the client.
func renamed(doc, from, to string) string {
	if rest, ok := strings.CutPrefix(doc, from+" "); ok {
		return to + " " + rest
	}
	return doc
}

// keyOf returns the key of a field in JSON.
func keyOf(field string, tag *ast.BasicLit) string {
	if tag == nil {
		return field
	}
	text, err := strconv.Unquote(tag.Value)
	if err != nil {
		return field
	}
	key, _, _ := strings.Cut(reflect.StructTag(text).Get("json"), ",")
	return cmp.Or(key, field)
}

// Imports returns the paths that the Go files of a folder import, sorted.
func Imports(folder string) []string {
	seen := map[string]bool{}
	for _, f := range parseFolder(folder, parser.ImportsOnly) {
		for _, spec := range f.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				seen[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
