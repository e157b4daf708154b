package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/plan"
)

// report is what a run found.
type report struct {
	Mode    string
	Seed    uint64
	Command string // that does it again
	Began   time.Time
	Machine machine
	Load    string
	Figures load
	Faults  tally
	Enoki   []check.Verdict
	Naive   []check.Verdict `json:",omitempty"`

	Plan []plan.Fault `json:"-"` // the seed gives it again
}

// load is the load in figures.
type load struct {
	CallsPerSecond, DurablePerSecond    float64
	EventsPerSecond, OrdersPerSecond    float64
	Keys                                int     // of events in order
	IntervalSeconds                     float64 // between the due times of the job
	Seconds, DeadlineSeconds            float64
	SlackSeconds, GapSeconds            float64
	Processes, Workers, Callers         int
	Submitters, Brokers, CallsAtOnce    int
	WorkMilliseconds, CapacityPerSecond float64 // where all calls take equally long
}

// tally is what became of a plan.
type tally struct{ Planned, Done, Skipped counts }

func newReport(o options) *report {
	r := &report{
		Mode: string(o.mode), Seed: o.seed, Plan: o.plan(), Began: time.Now().UTC().Truncate(time.Second),
		Machine: thisMachine(), Load: o.describe(), Figures: o.figures(),
		Command: strings.Join(append([]string{"go -C test/chaos run ."}, o.args...), " "),
	}
	r.Faults.Planned = counts{}
	for _, f := range r.Plan {
		r.Faults.Planned[f.Kind]++
	}
	if !strings.Contains(r.Command, "-seed") {
		r.Command += fmt.Sprintf(" -seed %d", o.seed)
	}
	return r
}

func (o options) figures() load {
	l := load{
		CallsPerSecond: o.rate, Seconds: o.length.Seconds(), DeadlineSeconds: o.deadline.Seconds(),
		SlackSeconds: o.slack.Seconds(), Processes: o.processes, Workers: o.workers, Callers: o.callers,
		Submitters: o.submitters(), Brokers: o.brokers(),
	}
	switch o.mode {
	case spike, crowd:
		l.CallsPerSecond, l.WorkMilliseconds, l.CapacityPerSecond = 0, o.work.Seconds()*1000, o.capacity()
	case soak:
		l.GapSeconds = o.gap.Seconds()
	case ofEvents, ordered, timers, absence:
		l = o.eventFigures(l)
	case outage, roll, hostile:
	}
	if l.Submitters > 0 {
		l.DurablePerSecond = o.durable
	}
	if o.mode == crowd {
		l.CallsAtOnce = o.crowd
	}
	return l
}

func (o options) describe() string {
	load := fmt.Sprintf("%g calls/s", o.rate)
	if o.submitters() > 0 {
		load += fmt.Sprintf(" and %g durable ones", o.durable)
	}
	load += fmt.Sprintf(" for %v", o.length)
	switch o.mode {
	case spike:
		load = fmt.Sprintf("spike to %.0f calls/s for %v", 2*o.capacity(), spikeFor)
	case crowd:
		load = fmt.Sprintf("%d calls of %v at once", o.crowd, o.work)
	case ofEvents, ordered, timers, absence:
		load = o.describeEvents()
	case soak, outage, roll, hostile:
	}
	return fmt.Sprintf("%s, deadline %v, %d processes of %d workers, %d callers, %d brokers",
		load, o.deadline, o.processes, o.workers, o.callers+o.submitters(), o.brokers())
}

// printPlan says what will go wrong.
func (r *report) printPlan(errs io.Writer) {
	_, _ = fmt.Fprintf(errs, "%s, seed %d: %s\n", r.Mode, r.Seed, r.Load)
	for _, f := range r.Plan {
		_, _ = fmt.Fprintln(errs, f)
	}
	_, _ = fmt.Fprintf(errs, "%d faults: %s\n", len(r.Plan), r.Faults.Planned.words())
}

func (r *report) violated() bool {
	for _, v := range r.Enoki {
		if v.Violations > 0 {
			return true
		}
	}
	return false
}

// print prints the report, and writes it to a file where that was asked for.
func (r *report) print(out io.Writer, o options) error {
	show := r.text
	if o.markdown {
		show = r.markdown
	}
	if err := show(out); err != nil || o.json == "" {
		return err
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(o.json, append(text, '\n'), 0o600)
}

// text prints the report for a terminal.
func (r *report) text(out io.Writer) error {
	_, _ = fmt.Fprintf(out, "%s, %s\n%s\nfaults done: %s\n\n", r.Mode, r.Machine, r.Load, r.Faults.words())
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprint(table, "promise\t\tfaults\tcount\tviolations\tseed\tfigures\n")
	for _, row := range r.rows() {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", row.Promise, row.Says, r.Faults.Done, row.Count, row.Violations, r.Seed, row.Figures)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	reasons(out, "violations", r.Enoki)
	reasons(out, "violations of naive", r.Naive)
	return nil
}

// rows are the verdicts, those on plain nats.go below ours.
func (r *report) rows() []check.Verdict {
	var rows []check.Verdict
	for _, v := range r.Enoki {
		rows = append(rows, v)
		for _, n := range r.Naive {
			if n.Promise == v.Promise && n.Says == v.Says {
				n.Promise, n.Says = "", "  naive"
				rows = append(rows, n)
			}
		}
	}
	return rows
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

// counts is how many faults of each kind there were.
type counts map[plan.Kind]int

// String returns the letters of the kinds with their counts.
func (c counts) String() string {
	return c.list(func(k plan.Kind) string { return k.Letter() + strconv.Itoa(c[k]) }, " ")
}

// words returns the kinds with their counts.
func (c counts) words() string {
	return c.list(func(k plan.Kind) string { return string(k) + " " + strconv.Itoa(c[k]) }, ", ")
}

func (c counts) list(text func(plan.Kind) string, separator string) string {
	var parts []string
	for _, k := range plan.Kinds {
		if c[k] > 0 {
			parts = append(parts, text(k))
		}
	}
	if len(parts) == 0 {
		return "–"
	}
	return strings.Join(parts, separator)
}

// sum is how many there were of all kinds.
func (c counts) sum() (n int) {
	for _, of := range c {
		n += of
	}
	return n
}

// words says what was done and what was not.
func (t tally) words() string {
	text := fmt.Sprintf("%d of %d: %s", t.Done.sum(), t.Planned.sum(), t.Done.words())
	if t.Skipped.sum() > 0 {
		text += "; left out, because what they would hit was down: " + t.Skipped.words()
	}
	return text
}
