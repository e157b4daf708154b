package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

const columns = "functions\tp50\tp90\tmax\tcode\ttests\ttests÷code\texported\tdocumented\twith example"

// table prints a summary for people.
func table(out io.Writer, s summary) error {
	var text strings.Builder
	fmt.Fprintln(&text, "package\t"+columns)
	for _, p := range s.Packages {
		row(&text, p)
	}
	fmt.Fprintln(&text, "\nmodule\t"+columns)
	for _, m := range append(s.Modules, s.All) {
		row(&text, m)
	}
	fmt.Fprintln(&text, "\nlongest files\tlines")
	for _, f := range s.Files {
		fmt.Fprintf(&text, "%s\t%d\n", f.Path, f.Lines)
	}
	fmt.Fprintln(&text, "\nlongest functions\tlines\tname")
	for _, f := range s.Functions {
		fmt.Fprintf(&text, "%s\t%d\t%s\n", f.Place, f.Lines, f.Name)
	}
	if len(s.Silent) > 0 {
		fmt.Fprintln(&text, "\nexported without a comment\n"+strings.Join(s.Silent, "\n"))
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

func row(out *strings.Builder, s *sum) {
	ratio := "-"
	if s.Code > 0 {
		ratio = fmt.Sprintf("%.2f", s.Ratio)
	}
	fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%d\t%d\t%d\n", s.Name, s.Functions,
		s.P50, s.P90, s.Max, s.Code, s.Tests, ratio, s.Exported, s.Documented, s.Examples)
}
