package main

import (
	"fmt"
	"io"
	"strings"
)

// markdown prints the report as a section of a page.
func (r *report) markdown(out io.Writer) error {
	_, err := fmt.Fprintf(out, "%s, %s. %s. %s.\n\n```\n%s\n```\n\nFaults done: %s.\n\n",
		r.Began.Format("2006-01-02"), r.Mode, r.Load, r.Machine, r.Command, r.Faults.words())
	if err != nil {
		return err
	}
	_, _ = fmt.Fprint(out, "| promise | | count | violations | figures |\n|---|---|--:|--:|---|\n")
	for _, row := range r.rows() {
		_, _ = fmt.Fprintf(out, "| %s | %s | %d | %d | %s |\n",
			cell(row.Promise), cell(row.Says), row.Count, row.Violations, cell(row.Figures))
	}
	for _, v := range r.Enoki {
		for _, why := range v.Violated {
			_, _ = fmt.Fprintf(out, "\n* %s: %s", v.Promise, cell(why))
		}
	}
	_, err = fmt.Fprintln(out)
	return err
}

// cell makes text fit into a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(strings.TrimSpace(text))
}
