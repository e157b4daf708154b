package enoki_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const module = "github.com/enoki-go/enoki"

// A checkFunc says what is wrong in a tree, one sentence each.
type checkFunc func(tree fs.FS) ([]string, error)

// A table says who may import whom. Packages are folders from the root of the
// module, "." for the root itself.
type table struct {
	may   map[string][]string // package → packages of ours that it may import
	tests []string            // packages of ours that only test files may import, whatever may says
	only  map[string][]string // module from outside → packages that may import it
}

// check reads the files that are not tests. It does not ask go list: the test
// cache sees the files that a test opens, not those that a child process opens.
func (t table) check(tree fs.FS) ([]string, error) {
	files, err := goFiles(tree)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		imports, err := importsOf(tree, file)
		if err != nil {
			return nil, err
		}
		for _, violation := range t.checkFile(file, imports) {
			if !slices.Contains(found, violation) { // an unknown package has many files
				found = append(found, violation)
			}
		}
	}
	return found, nil
}

func (t table) checkFile(file string, imports []string) []string {
	pkg := path.Dir(file)
	allowed, known := t.allowed(pkg)
	if !known {
		return []string{fmt.Sprintf("package %s is unknown: add a sentence to the table in arch_test.go first", pkg)}
	}
	var found []string
	for _, imported := range imports {
		if why := t.refuse(pkg, allowed, imported); why != "" {
			found = append(found, fmt.Sprintf("%s imports %s: %s", file, imported, why))
		}
	}
	return found
}

// refuse says why pkg may not import a path; empty means that it may.
func (t table) refuse(pkg string, allowed []string, imported string) string {
	if ours, ok := strings.CutPrefix(imported+"/", module+"/"); ok {
		switch ours = path.Clean(ours); {
		case slices.Contains(t.tests, ours):
			return "only test files may"
		case matchAny(allowed, ours):
			return ""
		}
		return fmt.Sprintf("of ours, %s may import %s", pkg, list(allowed))
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	owners, known := t.owners(imported)
	switch {
	case !known:
		return "its module is unknown: add a sentence to the table in arch_test.go first"
	case !matchAny(owners, pkg):
		return "only " + list(owners) + " may"
	}
	return ""
}

// allowed finds the entry of a package: its own, or the nearest above it that
// ends in /... .
func (t table) allowed(pkg string) (packages []string, known bool) {
	if packages, known = t.may[pkg]; known {
		return packages, true
	}
	for dir := pkg; dir != "."; dir = path.Dir(dir) {
		if packages, known = t.may[dir+"/..."]; known {
			return packages, true
		}
	}
	return nil, false
}

// owners finds the packages that may import from the module of a path.
func (t table) owners(imported string) (packages []string, known bool) {
	for prefix := imported; prefix != "."; prefix = path.Dir(prefix) {
		if packages, known = t.only[prefix]; known {
			return packages, true
		}
	}
	return nil, false
}

func matchAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		base, below := strings.CutSuffix(pattern, "/...")
		return pattern == "..." || base == pkg || below && strings.HasPrefix(pkg, base+"/")
	})
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// goFiles lists the files that the go command would see as the module's: no
// nested module, no testdata, nothing that begins with a dot or an underscore.
func goFiles(tree fs.FS) ([]string, error) {
	var files []string
	err := fs.WalkDir(tree, ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case file == ".":
			return nil
		case entry.IsDir() && (hidden(entry.Name()) || nested(tree, file)):
			return fs.SkipDir
		case !entry.IsDir() && path.Ext(file) == ".go" && !hidden(entry.Name()):
			files = append(files, file)
		}
		return nil
	})
	return files, err
}

func hidden(name string) bool {
	return name == "testdata" || name[0] == '.' || name[0] == '_'
}

func nested(tree fs.FS, dir string) bool {
	_, err := fs.Stat(tree, path.Join(dir, "go.mod"))
	return err == nil
}

func importsOf(tree fs.FS, file string) ([]string, error) {
	text, err := fs.ReadFile(tree, file)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	imports := make([]string, len(parsed.Imports))
	for i, spec := range parsed.Imports {
		if imports[i], err = strconv.Unquote(spec.Path.Value); err != nil {
			return nil, fmt.Errorf("%s: import %s: %w", file, spec.Path.Value, err)
		}
	}
	return imports, nil
}
