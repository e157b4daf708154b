// Package vetting runs the analyzer of package vet on packages of the user's.
package vetting

import (
	"cmp"
	"context"
	"fmt"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/enoki-go/enoki/vet"
)

// A Request says what to look at.
type Request struct {
	Dir      string   // where the go command runs
	Patterns []string // of packages; none are ./...
	Tags     string   // build tags, with commas between them
	Env      []string // of the go command; nil for that of this process
	Mains    []string // packages that are looked at with all that they link of their own module
	Aside    bool     // beside a build, which should have the processors
}

// A Finding is one mistake.
type Finding struct {
	File   string `json:"file"` // absolute
	Line   int    `json:"line"`
	Column int    `json:"column"` // in bytes, from 1
	Text   string `json:"text"`
	Fix    string `json:"fix,omitempty"` // what svc vet --fix would do; "" where it knows nothing

	edits []edit
}

// A Report is what was found, in the order of the source.
type Report struct {
	Findings []Finding
	Broken   []Finding // what the compiler would say; packages with such errors are not looked at
	Packages int       // that were looked at
}

// mode asks for the syntax of the packages that are named, and for no more than the export
// data of what they import.
const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedExportFile |
	packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedModule

// Run looks at packages. The error says that the go command does not understand the
// request, or that ctx ended.
func Run(ctx context.Context, r Request) (Report, error) {
	patterns := r.Patterns
	if len(patterns) == 0 && len(r.Mains) == 0 {
		patterns = []string{"./..."}
	}
	if len(r.Mains) > 0 {
		linked, err := r.linked(ctx)
		if err != nil {
			return Report{}, err
		}
		patterns = append(linked, patterns...)
	}
	config := r.config(ctx)
	config.Mode = mode
	loaded, err := packages.Load(config, patterns...)
	if err != nil {
		return Report{}, err
	}
	return look(loaded)
}

func (r Request) config(ctx context.Context) *packages.Config {
	c := &packages.Config{Context: ctx, Dir: r.Dir, Env: r.Env, Fset: token.NewFileSet()}
	if r.Tags != "" {
		c.BuildFlags = append(c.BuildFlags, "-tags="+r.Tags)
	}
	if r.Aside {
		c.BuildFlags = append(c.BuildFlags, "-p=1")
	}
	return c
}

// look runs the analyzer on each package after those that it imports.
func look(loaded []*packages.Package) (Report, error) {
	l := looker{facts: make(map[string]*vet.Traffic), roots: make(map[string]*packages.Package), done: make(map[string]bool)}
	for _, p := range loaded {
		l.roots[p.ID] = p
	}
	for _, p := range loaded {
		if err := l.visit(p); err != nil {
			return Report{}, err
		}
	}
	l.compare()
	slices.SortStableFunc(l.report.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return l.report, nil
}

// looker looks at several packages.
type looker struct {
	facts  map[string]*vet.Traffic // by import path
	roots  map[string]*packages.Package
	done   map[string]bool
	order  []string
	report Report
}

func (l *looker) visit(p *packages.Package) error {
	if l.done[p.ID] || l.roots[p.ID] == nil {
		return nil
	}
	l.done[p.ID] = true
	for _, name := range sorted(p.Imports) {
		if err := l.visit(p.Imports[name]); err != nil {
			return err
		}
	}
	if len(p.Errors) > 0 {
		l.broken(p.Errors)
		return nil
	}
	l.report.Packages++
	return l.pass(p)
}

// broken notes why a package cannot be looked at: what is wrong in its text, where the go
// command says it, too, else that.
func (l *looker) broken(errs []packages.Error) {
	inText := slices.DeleteFunc(slices.Clone(errs), func(e packages.Error) bool { return e.Kind != packages.ParseError && e.Kind != packages.TypeError })
	if len(inText) > 0 {
		errs = inText
	}
	for _, e := range errs {
		at := positionOf(e.Pos)
		l.report.Broken = append(l.report.Broken, Finding{File: at.Filename, Line: at.Line, Column: at.Column, Text: e.Msg})
	}
}

// pass runs the analyzer on one package.
func (l *looker) pass(p *packages.Package) error {
	result, err := vet.Analyzer.Run(&analysis.Pass{
		Analyzer: vet.Analyzer, Fset: p.Fset, Files: p.Syntax, Pkg: p.Types, TypesInfo: p.TypesInfo, TypesSizes: p.TypesSizes,
		Report:            func(d analysis.Diagnostic) { l.report.Findings = append(l.report.Findings, findingOf(p.Fset, d)) },
		ImportPackageFact: l.imported, ExportPackageFact: func(analysis.Fact) {},
		AllPackageFacts: func() []analysis.PackageFact { return nil }, // compare does what they are for
	})
	if err != nil {
		return fmt.Errorf("look at %s: %w", p.PkgPath, err)
	}
	if t, ok := result.(*vet.Traffic); ok {
		l.facts[p.PkgPath] = t
		l.order = append(l.order, p.PkgPath)
	}
	return nil
}
