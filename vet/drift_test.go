package vet_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/vet"
)

// declaring returns the types of this module, outside tests and examples, that have a
// method of a name, as import path and name.
func declaring(t *testing.T, method string) (all []string) {
	t.Helper()
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(file, "/")
		if d.IsDir() && file != "." && (first[0] == '.' || slices.Contains([]string{"examples", "test", "bench", "vet", "cmd", "testdata"}, path.Base(file))) {
			return fs.SkipDir
		}
		if path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", file), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == method {
				all = append(all, path.Join("github.com/enoki-go/enoki", path.Dir(file))+"."+receiver(f.Recv.List[0].Type))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
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
	default:
		return ""
	}
}

func TestAllKindsAreKnown(t *testing.T) {
	t.Parallel()
	all := declaring(t, "Declare")
	if len(all) < 7 {
		t.Fatalf("have only %q", all)
	}
	for _, kind := range all {
		if !slices.Contains(vet.Kinds(), kind) {
			t.Errorf("%s declares entrypoints and is not among the kinds", kind)
		}
	}
}

func TestAllResourcesAreKnown(t *testing.T) {
	t.Parallel()
	all := declaring(t, "Provide")
	if len(all) < 15 {
		t.Fatalf("have only %q", all)
	}
	for _, resource := range all {
		if !slices.Contains(vet.Resources(), resource) {
			t.Errorf("%s provides fields and is not among the resources", resource)
		}
	}
}

// Two drivers of databases are too large to be asked; what stands for them says the same.
func TestStandInsOfDatabasesSayTheSame(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		real dependency.Declaration
		of   reflect.Type
	}{
		{"dependency/sqldb.Session", &sqldb.Session{}, reflect.TypeFor[*sqldb.Session]()},
		{"dependency/sqldb.Database", &sqldb.Database{}, reflect.TypeFor[*sqldb.Database]()},
		{"dependency/redisdb.Client", &redisdb.Client{}, reflect.TypeFor[*redisdb.Client]()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			field := reflect.StructField{Name: "DB", Type: tt.of, Tag: `nothing:"x"`}
			_, err := tt.real.Provide(field, nil)
			if err == nil {
				t.Fatal("an unknown key was taken")
			}
			if have := vet.Ask("github.com/enoki-go/enoki/"+tt.name, field.Tag); have == nil || have.Error() != err.Error() {
				t.Errorf("have %v, want %v", have, err)
			}
		})
	}
}

// Tags that huma learns to read have to be known here, too.
func TestAllTagsOfRequestsAreKnown(t *testing.T) {
	t.Parallel()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/danielgtaylor/huma/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "schema.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?:Tag\.(?:Get|Lookup)\(|Tag\([a-z, ]*)"([a-zA-Z]+)"`).FindAllStringSubmatch(string(text), -1)
	if len(found) < 25 {
		t.Fatalf("have only %q: huma reads tags in another way", found)
	}
	for _, f := range found {
		if !slices.Contains(vet.FieldTags, f[1]) {
			t.Errorf("huma reads the tag %q, which is not known", f[1])
		}
	}
}
