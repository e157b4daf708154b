package artefact

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/launch"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/service"
)

// defaultDrain and defaultPort hold where the configuration says nothing.
const (
	defaultDrain = 30 * time.Second
	defaultPort  = 8000
)

// Wanted says what application to make files for.
type Wanted struct {
	Targets  []string
	Together bool     // as few programs as svc run makes of the targets; else one per service
	Files    []string // of configuration, as the user names them
	Defines  []string // KEY=VALUE
	Name     string   // "" is the folder that all services share
	Folder   string   // of the Dockerfile, absolute; "" where no file speaks of it
	Mains    bool     // the text of generated mains is needed
}

// Gather finds, builds and describes the programs of an application.
func Gather(ctx context.Context, b launch.Builder, w Wanted) (*Application, Place, error) {
	programs, err := b.Find(ctx, w.Targets, !w.Together)
	if err != nil {
		return nil, Place{}, err
	}
	at, err := place(programs, w.Folder)
	if err != nil {
		return nil, at, err
	}
	a := &Application{Name: w.Name, Drain: defaultDrain}
	if a.Name == "" {
		a.Name = common(programs)
	}
	if !validName.MatchString(a.Name) {
		return nil, at, fmt.Errorf("--name: have %q, want small letters, digits and dashes, at most 40, first a letter", a.Name)
	}
	if a.Config, err = w.config(b.Cwd, at.Module); err != nil {
		return nil, at, err
	}
	for i, name := range launch.Names(programs) {
		p, err := w.program(ctx, b, programs[i], name, at)
		if err != nil {
			return nil, at, err
		}
		a.Programs = append(a.Programs, p)
	}
	slices.SortFunc(a.Programs, func(p, q Program) int { return strings.Compare(p.Name, q.Name) })
	return a, at, w.settings(a)
}

// validName fits hosts, images and labels.
var validName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`)

// place finds the one module that an image is built from.
func place(programs []launch.Program, folder string) (Place, error) {
	at := Place{Module: programs[0].Root}
	for _, p := range programs[1:] {
		if p.Root != at.Module {
			return at, fmt.Errorf("the services are in two modules, %s and %s: want the targets of one, an image is built from one", at.Module, p.Root)
		}
	}
	if folder == "" {
		return at, nil
	}
	rel, err := filepath.Rel(at.Module, folder)
	if err != nil || !filepath.IsLocal(rel) {
		return at, fmt.Errorf("the folder %s is not in the module %s, which the image is built from: want one below it", folder, at.Module)
	}
	at.Folder = filepath.ToSlash(rel)
	return at, nil
}

// wordsOfLayout are folders that say nothing of what is in them.
var wordsOfLayout = regexp.MustCompile(`^(cmd|internal|pkg|services|examples|v\d+)$`)

// common names the folder that all programs share.
func common(programs []launch.Program) string {
	shared := beginning(importPaths(programs))
	for len(shared) > 1 && wordsOfLayout.MatchString(shared[len(shared)-1]) {
		shared = shared[:len(shared)-1]
	}
	if len(shared) == 0 {
		return "services"
	}
	return strings.ToLower(strings.NewReplacer("_", "-", ".", "-").Replace(shared[len(shared)-1]))
}

func importPaths(programs []launch.Program) (all []string) {
	for _, p := range programs {
		if p.Main != "" {
			all = append(all, p.Main)
			continue
		}
		for _, pkg := range p.Packages {
			all = append(all, pkg.ImportPath)
		}
	}
	return all
}

// beginning returns the folders that all paths begin with.
func beginning(paths []string) []string {
	shared := strings.Split(paths[0], "/")
	for _, one := range paths[1:] {
		parts := strings.Split(one, "/")
		n := 0
		for n < min(len(parts), len(shared)) && parts[n] == shared[n] {
			n++
		}
		shared = shared[:n]
	}
	return shared
}

// config reads the files, which the image is to hold.
func (w Wanted) config(cwd, module string) (Config, error) {
	var shown []string
	for _, file := range w.Files {
		abs := file
		if !filepath.IsAbs(abs) {
			abs = filepath.Join(cwd, file)
		}
		rel, err := filepath.Rel(module, abs)
		if err != nil || !filepath.IsLocal(rel) {
			return Config{}, fmt.Errorf("--config %s: it is not in the module %s, which the image is built from: move it there", file, module)
		}
		shown = append(shown, filepath.ToSlash(rel))
	}
	for _, d := range w.Defines {
		key, value, _ := strings.Cut(d, "=")
		if config.Secret(key) || config.Redact(value) != value {
			return Config{}, fmt.Errorf("--define %s: a secret would stand in the image: write ${NAME} in a configuration file", key)
		}
	}
	c, err := ReadConfig(w.Files, shown)
	c.Defines = w.Defines
	return c, err
}

func (w Wanted) program(ctx context.Context, b launch.Builder, p launch.Program, name string, at Place) (Program, error) {
	all := Program{Name: name, Port: defaultPort}
	var err error
	if p.Main != "" {
		if all.Build, err = b.Folder(ctx, p); err != nil {
			return all, err
		}
	} else if w.Mains {
		folder := filepath.Join(at.Module, filepath.FromSlash(at.Folder))
		comment := "The program " + name + " of the image. What is ignored here is built by its name, so that\npatterns such as ./... go on finding the services themselves.\n"
		text, err := p.Source(folder, comment, true)
		if err != nil {
			return all, err
		}
		all.Source = string(text)
	}
	all.Manifest, err = w.describe(ctx, b, p, name)
	return all, err
}

// describe builds a program and asks it what it declares.
func (w Wanted) describe(ctx context.Context, b launch.Builder, p launch.Program, name string) (service.Manifest, error) {
	binary, err := b.Build(ctx, p)
	if err != nil {
		return service.Manifest{}, err
	}
	var args []string
	for _, file := range w.Files {
		args = append(args, "--config", file)
	}
	for _, d := range w.Defines {
		args = append(args, "--define", d)
	}
	m, err := launch.Describe(ctx, binary, args, nil)
	if _, refused := errors.AsType[*launch.DeclareError](err); refused {
		err = fmt.Errorf("%s does not describe itself:\n%w\nit is asked with --config and --define of this command and its environment; a variable or secret that it misses can be set for this command, and is written nowhere", name, err)
	}
	return m, err
}

// settings takes from the configuration what Docker and Kubernetes have to know.
func (w Wanted) settings(a *Application) error {
	cfg, err := w.load()
	if err != nil {
		return err
	}
	var errs []error
	var web map[string]any
	errs = append(errs, cfg.Section("drain", &a.Drain), cfg.Section("web", &web))
	for i := range a.Programs {
		p := &a.Programs[i]
		p.Port = port(web, p.Port)
		for _, s := range p.Manifest.Services {
			var own map[string]any
			errs = append(errs, cfg.Section("services."+s.Name+".web", &own))
			p.Port = port(own, p.Port)
			drain := a.Drain
			errs = append(errs, cfg.Section("services."+s.Name+".drain", &drain))
			a.Drain = max(a.Drain, drain)
		}
	}
	return errors.Join(errs...)
}

func (w Wanted) load() (*config.Config, error) {
	var sources []config.Option
	for _, file := range w.Files {
		sources = append(sources, config.File(file))
	}
	for _, d := range w.Defines {
		sources = append(sources, config.Define(d))
	}
	return config.Load(sources...)
}

func port(web map[string]any, otherwise int) int {
	if n, ok := web["port"].(int); ok && n > 0 {
		return n
	}
	return otherwise
}
