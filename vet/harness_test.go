package vet_test

import (
	"cmp"
	"errors"
	"go/format"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/enoki-go/enoki/vet"
)

// Package analysistest would load all that the packages import from its source, the
// drivers of databases included: a minute. Export data does.
const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedExportFile |
	packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo

// load returns the packages of testdata, by the name of their folder.
var load = sync.OnceValues(func() (map[string]*packages.Package, error) {
	var folders []string
	err := fs.WalkDir(os.DirFS("."), "testdata", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".go" {
			folders = append(folders, "./"+filepath.ToSlash(filepath.Dir(path)))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	all, err := packages.Load(&packages.Config{Mode: mode, Fset: token.NewFileSet()}, folders...)
	byFolder := make(map[string]*packages.Package)
	for _, p := range all {
		for _, e := range p.Errors {
			err = errors.Join(err, e)
		}
		byFolder[strings.TrimPrefix(p.PkgPath, "github.com/enoki-go/enoki/vet/testdata/")] = p
	}
	return byFolder, err
})

// loaded returns one of them.
func loaded(t *testing.T, folder string) *packages.Package {
	t.Helper()
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	p, ok := all[folder]
	if !ok {
		t.Fatalf("no package testdata/%s", folder)
	}
	return p
}

// look runs the analyzer on a package, with what it has found in others.
func look(t *testing.T, p *packages.Package, imported ...*packages.Package) (*vet.Traffic, []analysis.Diagnostic) {
	t.Helper()
	facts := make(map[*types.Package]*vet.Traffic)
	for _, other := range imported {
		facts[other.Types], _ = look(t, other)
	}
	var found []analysis.Diagnostic
	result, err := vet.Analyzer.Run(&analysis.Pass{
		Analyzer: vet.Analyzer, Fset: p.Fset, Files: p.Syntax, Pkg: p.Types, TypesInfo: p.TypesInfo, TypesSizes: p.TypesSizes,
		Report: func(d analysis.Diagnostic) { found = append(found, d) },
		ImportPackageFact: func(other *types.Package, into analysis.Fact) bool {
			for known, fact := range facts {
				if known.Path() == other.Path() {
					*into.(*vet.Traffic) = *fact //nolint:forcetypeassert // there is one kind of facts
					return true
				}
			}
			return false
		},
		ExportPackageFact: func(analysis.Fact) {},
		AllPackageFacts: func() (all []analysis.PackageFact) {
			for known, fact := range facts {
				all = append(all, analysis.PackageFact{Package: known, Fact: fact})
			}
			return all
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(found, func(a, b analysis.Diagnostic) int { return cmp.Compare(a.Pos, b.Pos) })
	return result.(*vet.Traffic), found //nolint:forcetypeassert // its ResultType
}

// wanted is a comment `// want "…"`, as package analysistest has them.
type wanted struct {
	pattern *regexp.Regexp
	met     bool
}

var (
	wantPattern = regexp.MustCompile(`// want (.*)$`)
	textPattern = regexp.MustCompile("`[^`]*`|\"(?:[^\"\\\\]|\\\\.)*\"")
)

// wantsOf reads the comments of a file, by line.
func wantsOf(t *testing.T, file string) map[int][]*wanted {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	wants := make(map[int][]*wanted)
	for i, line := range strings.Split(string(text), "\n") {
		found := wantPattern.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		for _, quoted := range textPattern.FindAllString(found[1], -1) {
			pattern, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
			wants[i+1] = append(wants[i+1], &wanted{pattern: regexp.MustCompile(pattern)})
		}
	}
	return wants
}

// wantFindings holds what is found in a package against its comments, and the source with
// all fixes against its golden file, where it has one.
func wantFindings(t *testing.T, p *packages.Package, found []analysis.Diagnostic) {
	t.Helper()
	for _, file := range p.CompiledGoFiles {
		wants := wantsOf(t, file)
		for _, d := range found {
			at := p.Fset.Position(d.Pos)
			if at.Filename == file && !slices.ContainsFunc(wants[at.Line], func(w *wanted) bool { return w.meets(d.Message) }) {
				t.Errorf("%s: not wanted: %s", at, d.Message)
			}
		}
		for line, all := range wants {
			for _, w := range all {
				if !w.met {
					t.Errorf("%s:%d: nothing was found like %s", file, line, w.pattern)
				}
			}
		}
		wantGolden(t, p, file, found)
	}
}

func (w *wanted) meets(text string) bool {
	met := w.pattern.MatchString(text)
	w.met = w.met || met
	return met
}

func wantGolden(t *testing.T, p *packages.Package, file string, found []analysis.Diagnostic) {
	t.Helper()
	if !slices.ContainsFunc(found, func(d analysis.Diagnostic) bool { return len(d.SuggestedFixes) > 0 }) {
		return
	}
	have := fixed(t, p, file, found)
	golden := file + ".golden"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, have, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if string(want) != string(have) {
		t.Errorf("%s with all fixes is not %s (%v); UPDATE=1 writes it anew", filepath.Base(file), filepath.Base(golden), err)
	}
}

// fixed returns a file with all fixes.
func fixed(t *testing.T, p *packages.Package, file string, found []analysis.Diagnostic) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range slices.Backward(found) {
		for _, fix := range d.SuggestedFixes {
			for _, e := range fix.TextEdits {
				if p.Fset.Position(e.Pos).Filename == file {
					from, to := p.Fset.Position(e.Pos).Offset, p.Fset.Position(e.End).Offset
					text = slices.Concat(text[:from], e.NewText, text[to:])
				}
			}
		}
	}
	pretty, err := format.Source(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return pretty
}
