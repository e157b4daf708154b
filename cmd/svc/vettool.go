package main

import (
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/enoki-go/enoki/vet"
)

// runAsVettool answers the go command where svc is its vet tool: go vet
// -vettool=$(which svc) asks for a version and for flags, and hands over packages as files
// that end with .cfg. It does not return then.
func runAsVettool(args []string) {
	if isVettool(args) {
		unitchecker.Main(vet.Analyzer)
	}
}

// isVettool reports whether arguments are the go command's.
func isVettool(args []string) bool {
	if len(args) == 0 {
		return false
	}
	last := args[len(args)-1]
	if !slices.Contains([]string{"-V=full", "-flags"}, last) && !strings.HasSuffix(last, ".cfg") {
		return false
	}
	return !slices.ContainsFunc(args[:len(args)-1], func(a string) bool { return !strings.HasPrefix(a, "-") })
}
