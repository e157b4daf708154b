package launch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"

	"github.com/enoki-go/enoki/cmd/svc/internal/syntax"
)

// servicePath is the package that marks and hosts services.
const servicePath = "github.com/enoki-go/enoki/service"

// A source is what the text of one package tells.
type source struct {
	structs  []string // exported struct types that take no type parameters
	services []string // those of them that are services
	options  bool     // func Options() []service.Option
	hosts    bool     // it calls service.Main
	imports  []string
	broken   bool // a file does not parse
}

// scan reads the files of one package. It sees only what is written there: a
// struct that is a service because it embeds one must be named by the user.
func scan(files []string) source {
	var s source
	withMethod := map[string]bool{}
	marked := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			s.broken = true
		}
		if file != nil {
			s.addFile(file, marked, withMethod)
		}
	}
	for _, name := range s.structs {
		if marked[name] || withMethod[name] {
			s.services = append(s.services, name)
		}
	}
	return s
}

func (s *source) addFile(file *ast.File, marked, withMethod map[string]bool) {
	local := ""
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		s.imports = append(s.imports, path)
		if path == servicePath {
			local = importName(spec)
		}
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			s.addTypes(d, local, marked)
		case *ast.FuncDecl:
			s.addFunc(d, local, withMethod)
		}
	}
}

func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return "service"
}

func (s *source) addTypes(d *ast.GenDecl, local string, marked map[string]bool) {
	for _, spec := range d.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok || !t.Name.IsExported() || t.TypeParams != nil {
			continue
		}
		st, ok := t.Type.(*ast.StructType)
		if !ok {
			continue
		}
		s.structs = append(s.structs, t.Name.Name)
		marked[t.Name.Name] = slices.ContainsFunc(st.Fields.List, func(f *ast.Field) bool {
			return isMarker(f, local)
		})
	}
}

// isMarker recognises a blank field that names a method, or the service itself.
func isMarker(f *ast.Field, local string) bool {
	if !slices.ContainsFunc(f.Names, func(n *ast.Ident) bool { return n.Name == "_" }) {
		return false
	}
	if isSelector(f.Type, local, "Name") {
		return true
	}
	if f.Tag == nil {
		return false
	}
	tag, _ := strconv.Unquote(f.Tag.Value)
	_, ok := reflect.StructTag(tag).Lookup("method")
	return ok
}

func (s *source) addFunc(d *ast.FuncDecl, local string, withMethod map[string]bool) {
	if d.Recv != nil {
		if typ := syntax.Receiver(d); d.Name.Name == "Entrypoints" && typ != "" {
			withMethod[typ] = true
		}
		return
	}
	s.options = s.options || isOptions(d.Name.Name, d.Type, local)
	if d.Body == nil || s.hosts {
		return
	}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		s.hosts = s.hosts || ok && isSelector(call.Fun, local, "Main")
		return !s.hosts
	})
}

// isOptions recognises func Options() []service.Option. Any other Options is
// the user's own affair.
func isOptions(name string, f *ast.FuncType, local string) bool {
	if name != "Options" || f.TypeParams != nil || f.Params.NumFields() != 0 || f.Results.NumFields() != 1 {
		return false
	}
	list, ok := f.Results.List[0].Type.(*ast.ArrayType)
	return ok && list.Len == nil && isSelector(list.Elt, local, "Option")
}

// isSelector reports whether e is name of the package imported as local.
func isSelector(e ast.Expr, local, name string) bool {
	if local == "." {
		id, ok := e.(*ast.Ident)
		return ok && id.Name == name
	}
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && local != "" && pkg.Name == local
}
