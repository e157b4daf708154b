// Package launch turns the targets of `svc run` into programs: it finds the
// services in the source, and builds a main for them without writing a byte
// into the user's tree.
package launch

import (
	"context"
	"path/filepath"
)

// A Builder finds programs and builds them.
type Builder struct {
	Cwd   string // what targets, and paths in compile errors, are relative to
	Cache string // for builds, for example os.UserCacheDir()/svc/build
}

// A Package is one package of the user's that holds services.
type Package struct {
	ImportPath string
	Dir        string
	Name       string   // what the source calls it
	Options    bool     // it exports func Options() []service.Option
	Services   []string // names of service structs, in source order
}

// A Program is what runs as one process: a package main of the user's as it is,
// or services for which a main is generated.
type Program struct {
	Name     string    // what messages call it
	Root     string    // folder of the go.mod that it is built with
	Main     string    // import path of the user's package main; "" if it is generated
	Packages []Package // what the generated main hosts
	room     string    // folder at whose side the generated main sees every Package
}

// Services returns what the program hosts as package.Struct, or its import path
// if it is a package main.
func (p Program) Services() []string {
	if p.Main != "" {
		return []string{p.Main}
	}
	var names []string
	for _, pkg := range p.Packages {
		for _, s := range pkg.Services {
			names = append(names, filepath.Base(pkg.ImportPath)+"."+s)
		}
	}
	return names
}

// Place tells the programs of a module apart, whatever services they host at the moment.
func (p Program) Place() string {
	if p.Main != "" {
		return "main " + p.Main
	}
	return p.Root + " " + p.room
}

// Find returns the programs for targets; no targets mean ./... . With isolate
// every service is a Program of its own.
//
// Finding is syntactic, so it works where the code does not compile; nothing
// found is a *NotFoundError that says what was looked at. Code that cannot even
// be parsed is a *CompileError.
func (b Builder) Find(ctx context.Context, targets []string, isolate bool) ([]Program, error) {
	if len(targets) == 0 {
		targets = []string{"./..."}
	}
	f := finder{Builder: b, seen: map[string]*candidate{}}
	for _, text := range targets {
		if err := f.add(ctx, text); err != nil {
			return nil, err
		}
	}
	return f.programs(isolate), nil
}

// A NotFoundError says that a target names nothing that svc can run.
type NotFoundError struct{ Text string }

func (e *NotFoundError) Error() string { return e.Text }

// A CompileError is what the go command printed about the user's code, with
// file names relative to the folder of the user.
type CompileError struct{ Output string }

func (e *CompileError) Error() string { return e.Output }
