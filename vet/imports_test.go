package vet_test

import (
	"fmt"
	"go/token"
	"go/types"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/vet"
)

// The ways through the imports of a program double with each package, for those that are
// read from export data name all that they lead to.
func TestProgramIsComparedHoweverManyWaysItsImportsHave(t *testing.T) {
	t.Parallel()
	const many = 60
	chain := make([]*types.Package, many)
	for i := range chain {
		chain[many-1-i] = imported(fmt.Sprintf("github.com/acme/part%d", i), chain[many-i:]...)
	}
	service := imported("github.com/enoki-go/enoki/service")
	orders, billing := imported("github.com/acme/orders", chain...), imported("github.com/acme/billing", chain...)
	pass := &analysis.Pass{
		Fset: token.NewFileSet(), Pkg: imported("github.com/acme/main", orders, billing, service), TypesInfo: new(types.Info),
		Report: func(d analysis.Diagnostic) { t.Errorf("have %s, want nothing", d.Message) },
		AllPackageFacts: func() []analysis.PackageFact {
			return []analysis.PackageFact{{Package: orders, Fact: new(vet.Traffic)}, {Package: billing, Fact: new(vet.Traffic)}}
		},
	}
	over := make(chan error, 1)
	go func() {
		_, err := vet.Analyzer.Run(pass)
		over <- err
	}()
	if err := await.Take(t, over); err != nil {
		t.Error(err)
	}
}

// imported is a package as one that imports it knows it. That of a program is main.
func imported(path string, imports ...*types.Package) *types.Package {
	name := "part"
	if path == "github.com/acme/main" {
		name = "main"
	}
	p := types.NewPackage(path, name)
	p.SetImports(imports)
	return p
}
