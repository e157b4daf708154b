// Package scaffold writes a new service: its code, its test and what runs them.
package scaffold

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/module"
)

// A Request says what to write.
type Request struct {
	Cwd    string // what Dir is relative to
	Dir    string // where the service is written; made if it is not there
	Module string // path of the new module; example.com/<name> for ""
	Name   string // of the service; the last part of Dir for ""
	Kind   string // one of Kinds; the first for ""
	Force  bool   // add what is missing to a folder that is not empty

	Version string // of the framework that go.mod requires; "" for the checkout of Enoki
	Enoki   string // folder of a checkout to use instead; "" for none
}

// A Result says what was written.
type Result struct {
	Dir     string   `json:"dir" jsonschema:"folder of the service, as it was asked for"`
	Service string   `json:"service" jsonschema:"name of the service"`
	Package string   `json:"package" jsonschema:"import path of its package"`
	Module  string   `json:"module" jsonschema:"path of the module that the package is in"`
	Made    bool     `json:"made" jsonschema:"the module is new; else the folder was in one"`
	Enoki   string   `json:"enoki,omitempty" jsonschema:"the framework that a new module uses: a version, or the folder of a checkout"`
	Files   []string `json:"files" jsonschema:"what was written, relative to dir"`
	Kept    []string `json:"kept,omitempty" jsonschema:"what --force found there, and left as it was"`
	Missing string   `json:"missing,omitempty" jsonschema:"a command without which the service does not compile: it completes the go.mod and go.sum that were there"`
	Example string   `json:"example" jsonschema:"a first command for the running service, without svc or curl: target and arguments, or URL"`
}

// A RefusedError says what is wrong with a request. Nothing was written.
type RefusedError struct{ Text string }

func (e *RefusedError) Error() string { return e.Text }

// Create writes a service. Its package compiles, passes its test and runs as it is:
// a new module is completed with go mod tidy, offline if everything is in the
// module cache.
func Create(ctx context.Context, r Request) (Result, error) {
	p, err := newPlan(r)
	if err != nil {
		return Result{}, err
	}
	files, err := p.render()
	if err != nil {
		return Result{}, err
	}
	result := p.result()
	if err := p.write(files, &result); err != nil {
		return result, err
	}
	if p.newModule() {
		return result, p.complete(ctx)
	}
	result.Missing = p.missing(ctx)
	return result, ctx.Err()
}

// A plan is a request that was looked at.
type plan struct {
	request Request
	names   names
	dir     string // absolute
	kind    kind
	outer   outer     // the module that dir is in
	enoki   framework // that a new module uses
}

func newPlan(r Request) (*plan, error) {
	p := &plan{request: r, dir: r.Dir}
	if !filepath.IsAbs(p.dir) {
		p.dir = filepath.Join(r.Cwd, r.Dir)
	}
	var err error
	if p.kind, err = kindOf(r.Kind); err != nil {
		return nil, err
	}
	if p.names, err = namesOf(cmp.Or(r.Name, filepath.Base(p.dir)), r.Name != ""); err != nil {
		return nil, err
	}
	if err := checkEmpty(r.Dir, p.dir, r.Force); err != nil {
		return nil, err
	}
	if p.outer, err = outerOf(p.dir); err != nil {
		return nil, err
	}
	if p.outer.root != "" {
		return p, p.refuseModule()
	}
	if p.names.Module, err = modulePath(r.Module, p.names.Package); err != nil {
		return nil, err
	}
	p.names.Import = p.names.Module
	p.enoki, err = frameworkOf(r)
	return p, err
}

func (p *plan) newModule() bool { return p.outer.root == "" }

// refuseModule refuses what only a new module can have, and takes the names from
// the module that there is.
func (p *plan) refuseModule() error {
	if have := p.request.Module; have != "" && have != p.outer.path {
		return &RefusedError{"--module: have " + have + ", but " + p.request.Dir + " is in the module " + p.outer.path + " (" +
			p.outer.file() + ") and becomes a package of it; leave --module away, or choose a folder outside of " + p.outer.root}
	}
	if p.request.Enoki != "" {
		return &RefusedError{"--enoki-path: " + p.request.Dir + " is in the module " + p.outer.path + " (" + p.outer.file() +
			"), which says itself what it uses; leave --enoki-path away"}
	}
	p.names.Module, p.names.Import = p.outer.path, p.outer.importPath(p.dir)
	if err := module.CheckImportPath(p.names.Import); err != nil {
		return &RefusedError{fmt.Sprintf("%s would be the package %q, which cannot be imported; choose a folder of letters, digits, - . and _ (%v)",
			p.request.Dir, p.names.Import, err)}
	}
	return nil
}

func (p *plan) result() Result {
	r := Result{
		Dir: p.request.Dir, Service: p.names.Service, Package: p.names.Import, Module: p.names.Module,
		Made: p.newModule(), Example: p.kind.example(p.names.Service), Files: []string{},
	}
	if p.newModule() {
		r.Enoki = cmp.Or(p.enoki.dir, p.enoki.version)
	}
	return r
}

// write makes the folder and the files, never over one that is there.
func (p *plan) write(files []file, r *Result) error {
	if err := os.MkdirAll(p.dir, 0o755); err != nil { //nolint:gosec // source code, to be read like any
		return err
	}
	for _, f := range files {
		written, err := f.writeTo(p.dir)
		if err != nil {
			return err
		}
		if written {
			r.Files = append(r.Files, f.name)
		} else {
			r.Kept = append(r.Kept, f.name)
		}
	}
	return nil
}
