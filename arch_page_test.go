package enoki_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const architecture = "docs/architecture.md"

// What stands between two of these marks on the page is written by TestRoomsOnThePage.
const mark = "<!-- written by `SVC_UPDATE_PAGE=1 go test . -run RoomsOnThePage` -->\n"

// The drawing and the table of the rooms are what the plan says.
func TestRoomsOnThePage(t *testing.T) {
	text, err := os.ReadFile(architecture)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), mark)
	if len(parts) != 3 {
		t.Fatalf("%s: have %d lines %q, want 2", architecture, len(parts)-1, strings.TrimSpace(mark))
	}
	sentences, err := sentencesOf("arch_test.go")
	if err != nil {
		t.Fatal(err)
	}
	want := plan.drawing() + "\n" + plan.listing(sentences)
	if os.Getenv("SVC_UPDATE_PAGE") != "" {
		page := parts[0] + mark + want + mark + parts[2]
		if err := os.WriteFile(architecture, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, parts[1]); diff != "" {
		t.Errorf("%s is not what arch_test.go says; SVC_UPDATE_PAGE=1 writes it: -want +have\n%s", architecture, diff)
	}
}

// drawing shows the packages in storeys: each stands above all that it may import.
func (t table) drawing() string {
	storeys := make(map[int][]string)
	for pkg := range t.may {
		if pkg != "." && !slices.Contains(t.tests, pkg) && !strings.HasPrefix(pkg, "internal/") {
			storeys[t.height(pkg)] = append(storeys[t.height(pkg)], pkg)
		}
	}
	var b strings.Builder
	b.WriteString("```\n")
	for _, height := range slices.Backward(slices.Sorted(maps.Keys(storeys))) {
		slices.Sort(storeys[height])
		fmt.Fprintf(&b, "%d  %s\n", height, strings.Join(storeys[height], "   "))
	}
	b.WriteString("```\n")
	return b.String()
}

// height is the longest way down from a package.
func (t table) height(pkg string) int {
	height := 0
	for _, name := range t.may[pkg] {
		for below := range t.may {
			if matchAny([]string{name}, below) && !slices.Contains(t.tests, below) && !t.mutual(pkg, below) {
				height = max(height, 1+t.height(below))
			}
		}
	}
	return height
}

// mutual reports whether other, or the folder that it names, may import pkg as well: no
// one stands above the other.
func (t table) mutual(pkg, other string) bool {
	return pkg == other || matchAny(t.may[other], pkg)
}

// listing is a table of the packages with what the plan says of them.
func (t table) listing(sentences map[string]string) string {
	var b strings.Builder
	b.WriteString("| room | what it is | may import, of ours |\n|---|---|---|\n")
	for _, pkg := range slices.SortedFunc(maps.Keys(t.may), strings.Compare) {
		if pkg == "." {
			continue
		}
		imports := slices.Sorted(slices.Values(t.may[pkg]))
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", pkg, sentences[pkg], quoted(slices.Compact(imports)))
	}
	return b.String()
}

func quoted(names []string) string {
	switch {
	case len(names) == 0:
		return "–"
	case slices.Equal(names, []string{"..."}):
		return "all"
	case !slices.ContainsFunc(library, func(name string) bool { return !slices.Contains(names, name) }):
		more := slices.DeleteFunc(names, func(name string) bool { return slices.Contains(library, name) })
		return strings.TrimSuffix("all that a program may link; "+quoted(more), "; –")
	}
	return "`" + strings.Join(names, "` `") + "`"
}

// sentencesOf returns the comment above each key of the plan.
func sentencesOf(file string) (map[string]string, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	ends := make(map[int]string) // line below a comment → its text
	for _, group := range parsed.Comments {
		ends[set.Position(group.End()).Line+1] = strings.Join(strings.Fields(group.Text()), " ")
	}
	sentences := make(map[string]string)
	ast.Inspect(parsed, func(n ast.Node) bool {
		pair, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		if key, ok := pair.Key.(*ast.BasicLit); ok {
			name, _ := strconv.Unquote(key.Value) // it was parsed as one
			if text := ends[set.Position(key.Pos()).Line]; text != "" {
				sentences[name] = text
			}
		}
		return true
	})
	return sentences, nil
}

// Every file and every function that the page names is there.
func TestPlacesOnThePageExist(t *testing.T) {
	text, err := os.ReadFile(architecture)
	if err != nil {
		t.Fatal(err)
	}
	missing, places := missingPlaces(os.DirFS("."), string(text))
	for _, name := range missing {
		t.Errorf("%s: %s", architecture, name)
	}
	if places < 60 {
		t.Errorf("%s names %d places, want a walk", architecture, places)
	}
}

func TestPlaceThatIsNotThereIsFound(t *testing.T) {
	tree := fstest.MapFS{"a/b.go": {Data: []byte("package a\n\nvar ErrX = 1\n\ntype T[V any] struct{}\n\nfunc F() {}\n\nfunc (*T[V]) M() {}\n")}}
	for text, want := range map[string]int{
		"`a/b.go`":              0,
		"`a/b.go: F`":           0,
		"`a/b.go: F, T.M, T`":   0,
		"`a.ErrX`":              0,
		"`a.ErrY`":              1,
		"`a/c.go`":              1,
		"`a/b.go: M`":           1,
		"`a/b.go: F, G, T.N`":   2,
		"`b.go`":                1,
		"`b.go` and `a/b.go:1`": 2,
	} {
		if missing, _ := missingPlaces(tree, text); len(missing) != want {
			t.Errorf("%s: have %q, want %d", text, missing, want)
		}
	}
}

var (
	span     = regexp.MustCompile("`([^`\n]+)`")
	place    = regexp.MustCompile(`^([a-z0-9/_]+\.go)(?:: ([A-Za-z0-9_., ]+))?$`)
	sentinel = regexp.MustCompile(`^([a-z/]+)\.(Err[A-Za-z]+)$`)
)

// missingPlaces returns what a page names that is not in the tree, and how many places it
// names.
func missingPlaces(tree fs.FS, page string) (missing []string, places int) {
	for _, code := range span.FindAllStringSubmatch(page, -1) {
		name := code[1]
		if parts := sentinel.FindStringSubmatch(name); parts != nil {
			if !declares(tree, parts[1], parts[2]) {
				missing = append(missing, name+" is declared nowhere")
			}
			continue
		}
		if !strings.Contains(name, ".go") || strings.HasPrefix(name, "SVC_") {
			continue
		}
		places++
		parts := place.FindStringSubmatch(name)
		if parts == nil {
			missing = append(missing, name+" is no place; want \"file.go\" or \"file.go: Function, Type.Method\"")
			continue
		}
		missing = append(missing, missingNames(tree, parts[1], parts[2])...)
	}
	return missing, places
}

func missingNames(tree fs.FS, file, names string) (missing []string) {
	declared, err := namesIn(tree, file)
	if err != nil {
		return []string{err.Error()}
	}
	for name := range strings.SplitSeq(names, ", ") {
		if name != "" && !declared[name] {
			missing = append(missing, fmt.Sprintf("%s declares no %s", file, name))
		}
	}
	return missing
}

// declares reports whether a file of a package declares a name.
func declares(tree fs.FS, pkg, name string) bool {
	files, err := fs.Glob(tree, path.Join(pkg, "*.go"))
	return err == nil && slices.ContainsFunc(files, func(file string) bool {
		names, err := namesIn(tree, file)
		return err == nil && names[name]
	})
}

// namesIn returns the functions, methods (as Type.Method), types and values that a file
// declares.
func namesIn(tree fs.FS, file string) (map[string]bool, error) {
	text, err := fs.ReadFile(tree, file)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
	if err != nil {
		return nil, err
	}
	names := make(map[string]bool)
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[receiverOf(d)+d.Name.Name] = true
		case *ast.GenDecl:
			for _, s := range d.Specs {
				addNames(names, s)
			}
		}
	}
	return names, nil
}

func addNames(names map[string]bool, s ast.Spec) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		names[s.Name.Name] = true
	case *ast.ValueSpec:
		for _, name := range s.Names {
			names[name.Name] = true
		}
	}
}

// receiverOf returns "Type." for a method, "" for a function.
func receiverOf(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	t := d.Recv.List[0].Type
	for {
		switch u := t.(type) {
		case *ast.StarExpr:
			t = u.X
		case *ast.IndexExpr:
			t = u.X
		case *ast.IndexListExpr:
			t = u.X
		case *ast.Ident:
			return u.Name + "."
		default:
			return ""
		}
	}
}
