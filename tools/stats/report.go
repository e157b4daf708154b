package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

const longest = 10 // files that the report names

// A sum holds what is reported of a package, or of the whole module. The
// functions are those of the code; a table in a test says nothing of style.
type sum struct {
	code, tests int // lines
	functions   []int
}

func (s *sum) add(f file) {
	if f.test() {
		s.tests += f.lines
		return
	}
	s.code += f.lines
	s.functions = append(s.functions, f.functions...)
}

// ratio is tests ÷ code, or a dash where there is no code.
func (s *sum) ratio() string {
	if s.code == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(s.tests)/float64(s.code))
}

// percentile is the smallest length that p of 100 functions do not exceed.
func (s *sum) percentile(p int) int {
	if len(s.functions) == 0 {
		return 0
	}
	rank := (len(s.functions)*p + 99) / 100
	return slices.Sorted(slices.Values(s.functions))[rank-1]
}

func report(out io.Writer, files []file) error {
	var text strings.Builder
	fmt.Fprintln(&text, "package\tfunctions\tp50\tp90\tmax\tcode\ttests\ttests÷code")
	packages, all := sums(files)
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		row(&text, name, packages[name])
	}
	row(&text, "all", all)

	fmt.Fprintln(&text, "\nlongest files\tlines")
	byLength := slices.SortedStableFunc(slices.Values(files), func(a, b file) int { return cmp.Compare(b.lines, a.lines) })
	for _, f := range byLength[:min(longest, len(byLength))] {
		fmt.Fprintf(&text, "%s\t%d\n", f.path, f.lines)
	}
	return align(out, text.String())
}

// align turns tabs into columns.
func align(out io.Writer, text string) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(table, text); err != nil {
		return err
	}
	return table.Flush()
}

func sums(files []file) (packages map[string]*sum, all *sum) {
	packages, all = make(map[string]*sum), new(sum)
	for _, f := range files {
		if packages[f.pkg()] == nil {
			packages[f.pkg()] = new(sum)
		}
		packages[f.pkg()].add(f)
		all.add(f)
	}
	return packages, all
}

func row(out *strings.Builder, name string, s *sum) {
	fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", name, len(s.functions),
		s.percentile(50), s.percentile(90), s.percentile(100), s.code, s.tests, s.ratio())
}
