package launch

import (
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/internal/suggest"
)

// A target is one argument of the user, taken apart.
type target struct {
	text    string // as the user wrote it
	dir     string // where the go command has to run to understand pattern
	pattern string // for the go command
	service string // the one struct asked for; "" means all
}

// wide reports whether the target may match packages that the user did not
// name one by one.
func (t target) wide() bool { return strings.Contains(t.pattern, "...") }

// parseTarget understands ./dir, ./dir/..., /abs/dir, dir and import/path,
// each with an optional :Struct.
func parseTarget(cwd, text string) ([]target, error) {
	t := target{text: text, dir: cwd}
	path := text
	if i := strings.LastIndexByte(text, ':'); i > 0 && token.IsIdentifier(text[i+1:]) {
		path, t.service = text[:i], text[i+1:]
	}
	if !isPath(cwd, path) {
		t.pattern = path
		return []target{t}, nil
	}
	base, rest := splitPattern(path)
	abs := base
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(cwd, base)
	}
	if err := checkFolder(cwd, text, abs); err != nil {
		return nil, err
	}
	return t.inModules(abs, rest)
}

// isPath tells a folder from an import path. Unlike the go command it takes
// `orders` for the folder of that name if there is one.
func isPath(cwd, path string) bool {
	if filepath.IsAbs(path) || path == "." || path == ".." || strings.HasPrefix(path, "...") ||
		strings.HasPrefix(path, "./") || strings.HasPrefix(path, "../") {
		return true
	}
	base, _ := splitPattern(path)
	_, err := os.Stat(filepath.Join(cwd, base))
	return err == nil
}

// splitPattern cuts `./a/b/...` into the folder `./a/b` and `...`.
func splitPattern(path string) (base, rest string) {
	before, _, wild := strings.Cut(path, "...")
	if !wild {
		return path, ""
	}
	cut := strings.LastIndexByte(before, '/') + 1
	if cut == 0 {
		return ".", path
	}
	return path[:cut], path[cut:]
}

// inModules binds a folder to the module that holds it, or, at the root of a
// workspace without a module of its own, to each module of the workspace below.
func (t target) inModules(abs, rest string) ([]target, error) {
	root := moduleRoot(abs)
	if root != "" {
		t.dir, t.pattern = root, relPattern(root, abs, rest)
		return []target{t}, nil
	}
	var found []target
	if rest != "" {
		for _, dir := range workspaceModules(abs) {
			found = append(found, target{t.text, dir, "./...", t.service})
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no go.mod in %s or any folder above it: svc runs packages of a Go module; create one with: go mod init example.com/%s",
			abs, filepath.Base(abs))
	}
	return found, nil
}

func relPattern(root, abs, rest string) string {
	rel, err := filepath.Rel(root, abs)
	if err != nil {
		rel = abs
	}
	pattern := "./" + filepath.ToSlash(rel)
	if rest != "" {
		pattern += "/" + rest
	}
	return pattern
}

// moduleRoot returns the nearest folder at or above dir that holds a go.mod.
func moduleRoot(dir string) string { return nearest(dir, "go.mod") }

func nearest(dir, file string) string {
	for {
		if info, err := os.Stat(filepath.Join(dir, file)); err == nil && !info.IsDir() {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

func checkFolder(cwd, text, abs string) error {
	info, err := os.Stat(abs)
	if err == nil && info.IsDir() {
		return nil
	}
	if err == nil {
		return fmt.Errorf("target %s is a file: svc runs packages, name its folder: %s", text, display(cwd, filepath.Dir(abs)))
	}
	missing, parent := firstMissing(abs)
	msg := fmt.Sprintf("target %s: there is no folder %s", text, display(cwd, missing))
	if near := suggest.Nearest(filepath.Base(missing), folders(parent)); near != "" {
		msg += "; did you mean " + display(cwd, filepath.Join(parent, near)) + "?"
	}
	return &NotFoundError{Text: msg}
}

// firstMissing walks up from a path that does not exist to the first part of it
// that is missing, and the folder that lacks it.
func firstMissing(abs string) (missing, parent string) {
	parent = filepath.Dir(abs)
	if _, err := os.Stat(parent); err == nil || parent == abs {
		return abs, parent
	}
	return firstMissing(parent)
}

func folders(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	entries = slices.DeleteFunc(entries, func(e os.DirEntry) bool {
		return !e.IsDir() || strings.HasPrefix(e.Name(), ".")
	})
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// display writes a path the way the user would: relative to cwd if it is at or
// below it, otherwise absolute.
func display(cwd, path string) string {
	rel, err := filepath.Rel(cwd, path)
	if err != nil || !filepath.IsLocal(rel) {
		return path
	}
	if rel == "." {
		return "."
	}
	return "." + string(filepath.Separator) + rel
}
