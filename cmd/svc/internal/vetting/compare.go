package vetting

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/enoki-go/enoki/vet"
)

// imported gives the analyzer what it has found in another package.
func (l *looker) imported(p *types.Package, into analysis.Fact) bool {
	t, ok := into.(*vet.Traffic)
	if !ok || l.facts[p.Path()] == nil {
		return false
	}
	*t = *l.facts[p.Path()]
	return true
}

// compare holds the events of each package against those of the others, which need not
// import each other.
func (l *looker) compare() {
	for _, from := range l.order {
		for _, to := range l.order {
			if from == to {
				continue // the analyzer has done that
			}
			for _, m := range vet.Mismatches(l.facts[from].Emits, l.facts[to].Handles) {
				at := positionOf(m.Handled.Place)
				l.report.Findings = append(l.report.Findings, Finding{File: at.Filename, Line: at.Line, Column: at.Column, Text: m.String()})
			}
		}
	}
}

// positionOf is the reverse of token.Position.String.
func positionOf(place string) token.Position {
	rest, column := cutLast(place)
	file, line := cutLast(rest)
	p := token.Position{Filename: file}
	p.Line, _ = strconv.Atoi(line)
	p.Column, _ = strconv.Atoi(column)
	return p
}

// cutLast cuts at the last colon; what has none has nothing behind it.
func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
