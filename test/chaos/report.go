package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/plan"
)

// report is what a run found.
type report struct {
	Mode    string
	Seed    uint64
	Machine string
	Load    string
	Plan    []plan.Fault
	Struck  counts          // faults that were done
	Enoki   []check.Verdict //
	Naive   []check.Verdict `json:",omitempty"`
}

func newReport(o options) *report {
	return &report{
		Mode: string(o.mode), Seed: o.seed, Plan: o.plan(),
		Machine: fmt.Sprintf("%s/%s, %d processors, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version()),
		Load:    o.describe(),
	}
}

func (o options) describe() string {
	load := fmt.Sprintf("%g calls/s for %v", o.rate, o.length)
	switch o.mode {
	case spike:
		load = fmt.Sprintf("spike to %.0f calls/s for %v", 2*o.capacity(), spikeFor)
	case crowd:
		load = fmt.Sprintf("%d calls of %v at once", o.crowd, o.work)
	case soak, outage:
	}
	return fmt.Sprintf("%s, deadline %v, %d processes of %d workers, %d callers, %d brokers",
		load, o.deadline, o.processes, o.workers, o.callers, o.brokers())
}

// printPlan says what will go wrong.
func (r *report) printPlan(errs io.Writer) {
	_, _ = fmt.Fprintf(errs, "%s, seed %d: %s\n", r.Mode, r.Seed, r.Load)
	for _, f := range r.Plan {
		_, _ = fmt.Fprintln(errs, f)
	}
}

func (r *report) violated() bool {
	for _, v := range r.Enoki {
		if v.Violations > 0 {
			return true
		}
	}
	return false
}

// print prints the table, and writes the report to file unless it is empty.
func (r *report) print(out io.Writer, file string) error {
	_, _ = fmt.Fprintf(out, "%s, %s\n%s\n\n", r.Mode, r.Machine, r.Load)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprint(table, "promise\t\tfaults\tcount\tviolations\tfigures\tseed\n")
	for _, v := range r.Enoki {
		r.row(table, "", v)
		for _, n := range r.Naive {
			if n.Promise == v.Promise && n.Says == v.Says {
				r.row(table, "  naive", n)
			}
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	reasons(out, "violations", r.Enoki)
	reasons(out, "violations of naive", r.Naive)
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

func (r *report) row(table io.Writer, naive string, v check.Verdict) {
	promise, says := v.Promise, v.Says
	if naive != "" {
		promise, says = "", naive
	}
	_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%s\t%d\n", promise, says, r.Struck, v.Count, v.Violations, v.Figures, r.Seed)
}

// mostReasons is how many reasons are printed of each promise.
const mostReasons = 8

func reasons(out io.Writer, title string, verdicts []check.Verdict) {
	for _, v := range verdicts {
		if len(v.Violated) == 0 {
			continue
		}
		_, _ = fmt.Fprintf(out, "\n%s of %s, %s:\n", title, v.Promise, v.Says)
		for _, why := range v.Violated[:min(len(v.Violated), mostReasons)] {
			_, _ = fmt.Fprintln(out, "  "+why)
		}
	}
}

// String returns the letters of the kinds with their counts.
func (c counts) String() string {
	var parts []string
	for _, k := range plan.Kinds {
		if c[k] > 0 {
			parts = append(parts, k.Letter()+strconv.Itoa(c[k]))
		}
	}
	if len(parts) == 0 {
		return "–"
	}
	return strings.Join(parts, " ")
}
