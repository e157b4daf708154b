package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

// systems are those whose programs are looked at: what is linked differs a
// little between them.
var systems = []string{"linux", "darwin", "windows"}

// A module is one of others that is linked.
type module struct {
	path, version string
	dir           string          // of its source
	linked        map[string]bool // folders of the packages that are linked
}

type modules map[string]*module // by path

func (all modules) add(p *packages.Package) {
	m := p.Module
	if m.Replace != nil {
		m = m.Replace
	}
	if all[p.Module.Path] == nil {
		all[p.Module.Path] = &module{path: p.Module.Path, version: m.Version, dir: m.Dir, linked: map[string]bool{}}
	}
	for _, file := range append(p.GoFiles, p.OtherFiles...) {
		all[p.Module.Path].linked[filepath.Dir(file)] = true
	}
}

func (all modules) join(others modules) {
	for path, m := range others {
		if all[path] == nil {
			all[path] = &module{path: m.path, version: m.version, dir: m.dir, linked: map[string]bool{}}
		}
		maps.Copy(all[path].linked, m.linked)
	}
}

// linked returns what each package that patterns name links, by import path.
// Modules below ours are our own.
func linked(root, ours string, tests bool, patterns ...string) (map[string]modules, error) {
	all := make(map[string]modules)
	for _, system := range systems {
		loaded, err := packages.Load(&packages.Config{
			Mode:  packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedModule,
			Dir:   root,
			Tests: tests,
			Env:   append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0"),
		}, patterns...)
		if err != nil {
			return nil, fmt.Errorf("load the packages of %s: %w", root, err)
		}
		for _, p := range loaded {
			if len(p.Errors) > 0 {
				return nil, fmt.Errorf("load %s: %w", p.PkgPath, p.Errors[0])
			}
			if all[p.PkgPath] == nil {
				all[p.PkgPath] = modules{}
			}
			closure(p, ours, all[p.PkgPath], map[string]bool{})
		}
	}
	return all, nil
}

// closure adds the modules of a package and of all that it imports.
func closure(p *packages.Package, ours string, into modules, seen map[string]bool) {
	if seen[p.ID] {
		return
	}
	seen[p.ID] = true
	if m := p.Module; m != nil && m.Path != ours && !strings.HasPrefix(m.Path, ours+"/") {
		into.add(p)
	}
	for _, imported := range p.Imports {
		closure(imported, ours, into, seen)
	}
}
