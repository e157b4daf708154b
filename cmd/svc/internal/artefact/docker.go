package artefact

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

//go:embed template
var templates embed.FS

// A Place is where the files of an application lie.
type Place struct {
	Module string // folder of the go.mod that the image is built from, absolute
	Folder string // of the Dockerfile, relative to Module, with slashes
}

// image is what the template of the Dockerfile is given.
type image struct {
	Comment, Command string
	Go               string
	Download         bool // what go.mod requires can be fetched before the source is there
	Several          bool
	Build            string
	Copies           []struct{ From, To string }
	Ports            []int
	Entrypoint       string
}

// Docker returns the Dockerfile of a, what Docker must not be sent, and the mains that are
// generated. All of them lie in the folder of the place.
func (a *Application) Docker(at Place) ([]File, error) {
	module, err := readModule(at.Module)
	if err != nil {
		return nil, err
	}
	if err := a.plainPaths(at); err != nil {
		return nil, err
	}
	i := a.imageAt(at)
	i.Go, i.Download = module.version, module.download
	var files []File
	for _, p := range a.Programs {
		if p.Build == "" {
			files = append(files, File{p.Name + ".go", p.Source})
		}
	}
	for _, f := range []struct {
		name, template string
		data           any
	}{{"Dockerfile", "template/Dockerfile", i}, {"Dockerfile.dockerignore", "template/dockerignore", map[string]any{"Modules": module.nested}}} {
		text, err := fill(f.template, f.data)
		if err != nil {
			return nil, err
		}
		files = append(files, File{f.name, text})
	}
	return files, nil
}

// imageAt says of an image what does not depend on the module.
func (a *Application) imageAt(at Place) image {
	entry, copies := a.entrypoint()
	dockerfile := path.Join(at.Folder, "Dockerfile")
	i := image{
		Comment: "The image of the application. From the root of the module:",
		Command: fmt.Sprintf("docker build -f %s -t %s .", dockerfile, a.image(a.Programs[0])),
		Several: len(a.Programs) > 1, Build: a.build(at), Copies: copies, Ports: a.ports(), Entrypoint: entry,
	}
	if i.Several {
		i.Comment = "The image of one service; SERVICE is " + or(a.choices(at)) + ". From the root of the module:"
		i.Command = fmt.Sprintf("docker build -f %s --build-arg SERVICE=%s -t %s .", dockerfile, a.choice(at, a.Programs[0]), a.image(a.Programs[0]))
	}
	return i
}

// plainPath is one that means nothing else to a shell, and nothing to Docker.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9_./@+~-]*$`)

// plainPaths refuses names that would be more than names in a Dockerfile.
func (a *Application) plainPaths(at Place) error {
	paths := slices.Concat([]string{at.Folder}, a.Config.Files)
	for _, p := range a.Programs {
		paths = append(paths, p.Build)
	}
	for _, one := range paths {
		if !plainPath.MatchString(one) {
			return fmt.Errorf("the path %q would stand in commands of the Dockerfile: want letters, digits and / . _ - + @ alone", one)
		}
	}
	return nil
}

func fill(name string, data any) (string, error) {
	t, err := template.ParseFS(templates, name)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, data)
	return b.String(), err
}

// or joins names as a sentence does.
func or(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// build is what go build is given. Where all mains are generated, SERVICE is the name of
// one; else it is what go build is given for it.
func (a *Application) build(at Place) string {
	if len(a.Programs) == 1 {
		return a.Programs[0].target(at)
	}
	want := ":?" + or(a.choices(at)) + "}"
	if a.generated() {
		return path.Join(at.Folder, "${SERVICE"+want+".go")
	}
	return "${SERVICE" + want
}

func (a *Application) generated() bool {
	return !slices.ContainsFunc(a.Programs, func(p Program) bool { return p.Build != "" })
}

func (p Program) target(at Place) string {
	if p.Build == "" {
		return path.Join(at.Folder, p.Name+".go")
	}
	return p.Build
}

// choice is the SERVICE of a program.
func (a *Application) choice(at Place, p Program) string {
	if a.generated() {
		return p.Name
	}
	return p.target(at)
}

func (a *Application) choices(at Place) (all []string) {
	for _, p := range a.Programs {
		all = append(all, a.choice(at, p))
	}
	return all
}

func (a *Application) ports() (all []int) {
	for _, p := range a.Programs {
		if p.HTTP() {
			all = append(all, p.Port)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// entrypoint returns the command of the image as JSON, and what it reads.
func (a *Application) entrypoint() (command string, copies []struct{ From, To string }) {
	args := []string{"/service"}
	for i, file := range a.Config.Files {
		to := "/config.yml"
		if len(a.Config.Files) > 1 {
			to = fmt.Sprintf("/config/%d-%s", i+1, path.Base(file))
		}
		copies = append(copies, struct{ From, To string }{file, to})
		args = append(args, "--config", to)
	}
	for _, d := range a.Config.Defines {
		args = append(args, "--define", d)
	}
	if asked := slices.ContainsFunc(a.Config.variables, func(v variable) bool { return v.web }); a.serves() && !asked {
		args = append(args, "--define", "web.host=0.0.0.0")
	}
	text, _ := json.Marshal(args) // texts alone
	return strings.ReplaceAll(string(text), `","`, `", "`), copies
}

// A module is what an image needs to know of the module that it is built from.
type module struct {
	version  string   // of Go: major.minor
	download bool     // go mod download works with go.mod and go.sum alone
	nested   []string // folders of other modules below, with slashes
}

func readModule(dir string) (m module, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return m, err
	}
	kept, outside := m.read(string(text))
	vendored := exists(dir, "vendor/modules.txt")
	if outside != "" && !vendored {
		return m, fmt.Errorf("%s: it replaces a module by %s, which Docker is not sent: require a version of it, vendor the modules (go mod vendor), or keep it below the module", filepath.Join(dir, "go.mod"), outside)
	}
	m.download = len(kept) == 0 && !vendored && !exists(dir, "go.work")
	if exists(dir, "go.work") {
		return m, nil
	}
	m.nested, err = nestedModules(dir, kept)
	return m, err
}

// read takes from a go.mod what matters, and returns the folders that it replaces modules
// with: those below it, and one that lies outside.
func (m *module) read(text string) (kept []string, outside string) {
	m.version = "1"
	for line := range strings.Lines(text) {
		words := strings.Fields(strings.Split(line, "//")[0])
		if len(words) == 2 && words[0] == "go" {
			parts := strings.SplitN(words[1], ".", 3)
			m.version = strings.Join(parts[:min(len(parts), 2)], ".")
		}
		i := slices.Index(words, "=>")
		if i < 0 || i+1 >= len(words) {
			continue
		}
		switch to := words[i+1]; {
		case strings.HasPrefix(to, "./"):
			kept = append(kept, path.Clean(to))
		case strings.HasPrefix(to, "../"), strings.HasPrefix(to, "/"):
			outside = to
		}
	}
	return kept, outside
}

func exists(dir, file string) bool {
	_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(file)))
	return err == nil
}

// nestedModules returns the folders below dir with a go.mod of their own, which is not
// built with this one; those in kept are.
func nestedModules(dir string, kept []string) (all []string, err error) {
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission):
			return fs.SkipDir
		case err != nil:
			return err
		case !d.IsDir() || name == dir:
			return nil
		case strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"vendor", "node_modules", "testdata"}, d.Name()):
			return fs.SkipDir
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || !exists(name, "go.mod") || slices.Contains(kept, filepath.ToSlash(rel)) {
			return err
		}
		all = append(all, filepath.ToSlash(rel))
		return fs.SkipDir
	})
	return all, err
}
