package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/enoki-go/enoki/internal/suggest"
)

//go:embed templates
var templates embed.FS

// A kind is what a new service does.
type kind struct{ name string }

// Kinds are the kinds of services that can be written: rpc, one method that is called
// and one on a timer; web, a route; events, one method that emits an event and one
// that handles it.
var Kinds = []string{"rpc", "web", "events"}

func kindOf(name string) (kind, error) {
	if name == "" {
		return kind{Kinds[0]}, nil
	}
	for _, k := range Kinds {
		if k == name {
			return kind{k}, nil
		}
	}
	text := fmt.Sprintf("--kind: have %q, want one of %s", name, strings.Join(Kinds, ", "))
	if hint := suggest.Hint(name, Kinds); hint != "" {
		text += "; " + hint
	}
	return kind{}, &RefusedError{text}
}

// example is a first request to the running service.
func (k kind) example(service string) string {
	if k.name == "web" {
		return "http://localhost:8000/hello/world"
	}
	return service + ".hello name=world"
}

// A file is one that is to be written.
type file struct {
	name string
	text []byte
}

// writeTo reports whether it has written the file: one that is there stays.
func (f file) writeTo(dir string) (bool, error) {
	to, err := os.OpenFile(filepath.Join(dir, f.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // source code, to be read like any
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = to.Write(f.text)
	return true, errors.Join(err, to.Close())
}

// facts are what the templates know.
type facts struct {
	names

	Kind    string
	Example string
}

// render returns all files. What stands beside go.mod is only for the folder of a
// module: one that is new, or one to which --force adds what is missing.
func (p *plan) render() ([]file, error) {
	facts := facts{p.names, p.kind.name, p.kind.example(p.names.Service)}
	files, err := renderFolder(p.kind.name, facts)
	if err != nil || !p.newModule() && p.outer.root != p.dir {
		return files, err
	}
	rest, err := renderFolder("module", facts)
	if err != nil || !p.newModule() {
		return append(files, rest...), err
	}
	text, err := p.enoki.goMod(p.names.Module)
	return slices.Concat([]file{{"go.mod", text}}, files, rest), err
}

// renderFolder renders the templates of a folder: service.go.tmpl becomes the file
// of the package, dot- stands for the dot of a hidden file.
func renderFolder(folder string, facts facts) ([]file, error) {
	dir := path.Join("templates", folder)
	found, err := templates.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, e := range found {
		t, err := template.ParseFS(templates, path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		var text bytes.Buffer
		if err := t.Option("missingkey=error").Execute(&text, facts); err != nil {
			return nil, err
		}
		f := file{fileName(e.Name(), facts.Package), text.Bytes()}
		if strings.HasSuffix(f.name, ".go") {
			if f.text, err = format.Source(f.text); err != nil {
				return nil, fmt.Errorf("%s: %w", e.Name(), err)
			}
		}
		files = append(files, f)
	}
	return files, nil
}

func fileName(tmpl, pkg string) string {
	name := strings.TrimSuffix(tmpl, ".tmpl")
	if rest, ok := strings.CutPrefix(name, "service"); ok {
		return pkg + rest
	}
	if rest, ok := strings.CutPrefix(name, "dot-"); ok {
		return "." + rest
	}
	return name
}
