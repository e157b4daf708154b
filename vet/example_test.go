package vet_test

import (
	"golang.org/x/tools/go/analysis/multichecker"
	"golang.org/x/tools/go/analysis/passes/nilness"

	"github.com/enoki-go/enoki/vet"
)

// A program of one's own checks with it beside other analyzers. svc vet, and go vet
// -vettool=$(which svc), need no such program.
func ExampleAnalyzer() {
	multichecker.Main(vet.Analyzer, nilness.Analyzer)
}
