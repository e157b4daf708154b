package launch

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
)

// A finder gathers the packages that the targets name.
type finder struct {
	Builder

	seen  map[string]*candidate // by folder
	order []*candidate
}

// A candidate is a package that a target matched, with what is wanted of it.
type candidate struct {
	listed
	source

	root     string   // folder of the module it is built from
	wide     bool     // matched by a pattern only, never named
	selected []string // structs that were asked for by name
}

func (f *finder) add(ctx context.Context, text string) error {
	targets, err := parseTarget(f.Cwd, text)
	if err != nil {
		return err
	}
	var matched []*candidate
	for _, t := range targets {
		found, err := f.match(ctx, t)
		if err != nil {
			return err
		}
		matched = append(matched, found...)
	}
	return f.choose(targets[0], matched)
}

// match lists and scans the packages of one target.
func (f *finder) match(ctx context.Context, t target) ([]*candidate, error) {
	g, err := f.gotool(ctx, t.dir)
	if err != nil {
		return nil, err
	}
	packages, err := g.list(ctx, t.pattern)
	if err != nil {
		return nil, err
	}
	var matched []*candidate
	for _, p := range packages {
		c, err := newCandidate(ctx, g, t, p)
		if err != nil {
			return nil, err
		}
		if c != nil {
			matched = append(matched, c)
		}
	}
	return matched, nil
}

func newCandidate(ctx context.Context, g gotool, t target, p listed) (*candidate, error) {
	if len(p.files()) == 0 && p.Error != nil && p.Error.Pos == "" {
		if t.wide() {
			return nil, nil
		}
		return nil, &NotFoundError{Text: "target " + t.text + ": " + strings.TrimSpace(p.Error.Err)}
	}
	c := &candidate{listed: p, source: scan(p.files()), root: t.dir, wide: t.wide()}
	if p.Module != nil && p.Module.Main {
		c.root = p.Module.Dir
	}
	if c.broken || p.Error != nil && p.Error.Pos != "" {
		return nil, compileOnly(ctx, g, p)
	}
	return c, nil
}

// choose notes what t wants of the packages it matched.
func (f *finder) choose(t target, matched []*candidate) error {
	found := false
	for _, c := range matched {
		wants := c.wants(t)
		if len(wants) == 0 && !c.runs(t) {
			continue
		}
		found = true
		f.keep(c, wants)
	}
	if found {
		return nil
	}
	return notFound(f.Cwd, t, matched)
}

func (f *finder) keep(c *candidate, wants []string) {
	if f.seen[c.Dir] == nil {
		f.seen[c.Dir] = c
		f.order = append(f.order, c)
	}
	kept := f.seen[c.Dir]
	kept.wide = kept.wide && c.wide
	kept.selected = append(kept.selected, wants...)
}

// wants returns the structs of c that t asks for. A struct named by the user
// needs no marker: it may embed a service.
func (c *candidate) wants(t target) []string {
	if c.Name == "main" {
		return nil
	}
	if t.service == "" {
		return c.services
	}
	if slices.Contains(c.structs, t.service) {
		return []string{t.service}
	}
	return nil
}

// runs reports whether c is a package main for t. A pattern does not run every
// tool of the module, only the mains that host services.
func (c *candidate) runs(t target) bool {
	return c.Name == "main" && t.service == "" && (!t.wide() || c.hosts)
}

// programs splits what was found into processes, in the order it was found.
func (f *finder) programs(isolate bool) []Program {
	var mains []Program
	var hosted []string
	byRoot := map[string][]Package{}
	var roots []string
	for _, c := range f.order {
		if c.Name == "main" {
			mains = append(mains, Program{Name: filepath.Base(c.Dir), Root: c.root, Main: c.ImportPath})
			hosted = append(hosted, c.imports...)
		}
	}
	for _, c := range f.order {
		// A package main that was found beside the services it hosts runs them;
		// hosting them a second time would surprise.
		if c.Name == "main" || c.wide && slices.Contains(hosted, c.ImportPath) {
			continue
		}
		if byRoot[c.root] == nil {
			roots = append(roots, c.root)
		}
		byRoot[c.root] = append(byRoot[c.root], c.wanted())
	}
	var programs []Program
	for _, root := range roots {
		programs = append(programs, group(root, byRoot[root], isolate)...)
	}
	return append(programs, mains...)
}

func (c *candidate) wanted() Package {
	p := Package{ImportPath: c.ImportPath, Dir: c.Dir, Name: c.Name, Options: c.options}
	for _, s := range c.structs {
		if slices.Contains(c.selected, s) {
			p.Services = append(p.Services, s)
		}
	}
	return p
}
