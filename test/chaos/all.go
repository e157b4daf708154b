package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
)

// everything is a run of all modes, and of the tests of what has none.
type everything struct {
	minutes float64
	seed    uint64
	slack   time.Duration
	file    string // for the table in Markdown; empty for none
	out     io.Writer
	errs    io.Writer
	began   time.Time
	rows    []row
}

// row is a line of the table of all promises.
type row struct {
	check.Verdict

	faults string
	seed   string
}

// usualMinutes is how long everything takes where nothing else is asked for.
const usualMinutes = 9

// part is a mode with its share of the time.
type part struct {
	about   string
	only    string // the promises that it is about
	args    string
	seconds float64 // of usualMinutes; 0 where the mode has its own length
	away    float64 // the same for -away
}

// The parts take the time that their loads last, and some more to begin and to end:
// events of a process that was killed come again after half a minute.
var parts = []part{
	{"calls under faults of processes and of the broker", "P1 P2 P3 P4 P6 P7 P16 P17 P21", "-deadline 20s", 110, 0},
	{"calls under faults of the network", "P1 P2 P3 P4 P7 P16 P21", "-deadline 20s -faults cut,hole -gap 1500ms", 50, 0},
	{"events under faults of processes and of the broker", "P7 P9 P10 P11 P13 P14 P17", "-events", 45, 0},
	{"events under faults of the network", "P9 P10 P11 P14", "-events -faults cut,hole -gap 1500ms -orders 5", 35, 0},
	{"events in order", "P12", "-ordered", 35, 0},
	{"an instance that is long away", "P14", "-absence", 0, 20},
	{"a job of the cluster", "P15", "-timers", 35, 0},
	{"twice the capacity", "P1 P7 P8", "-spike", 0, 0},
	{"hostile messages", "P1 P7 P18 P21", "-hostile", 25, 0},
}

// longestAbsence is what P14 promises, but for a little.
const longestAbsence = 290

// line is the flags of a part in a run of a length.
func (p part) line(scale float64) []string {
	args := strings.Fields(p.args)
	if p.seconds > 0 {
		args = append(args, "-seconds", strconv.FormatFloat(max(p.seconds*scale, 10), 'f', 0, 64))
	}
	if p.away > 0 {
		args = append(args, "-away", fmt.Sprintf("%.0fs", min(p.away*scale, longestAbsence)))
	}
	return args
}

// runAll runs everything and prints one table.
func runAll(ctx context.Context, e everything) error {
	e.began = time.Now().UTC()
	scale := e.minutes / usualMinutes
	seeds := rand.New(rand.NewPCG(e.seed, 0)) //nolint:gosec // no secret
	var errs []error
	for i, p := range parts {
		seed := seeds.Uint32()
		args := append(p.line(scale), "-seed", strconv.FormatUint(uint64(seed), 10), "-slack", e.slack.String())
		_, _ = fmt.Fprintf(e.errs, "\n%d of %d: %s: go -C test/chaos run . %s\n", i+1, len(parts)+1, p.about, strings.Join(args, " "))
		if err := e.one(ctx, p, args); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p.about, err))
		}
		if ctx.Err() != nil {
			return errors.Join(append(errs, e.print())...)
		}
		errs = append(errs, e.write())
	}
	_, _ = fmt.Fprintf(e.errs, "\n%d of %d: tests\n", len(parts)+1, len(parts)+1)
	rows, err := runTests(ctx, 1+int(scale/4), e.errs)
	e.rows = append(e.rows, rows...)
	errs = append(errs, err, e.print())
	if slices.ContainsFunc(e.rows, func(r row) bool { return r.Violations > 0 }) {
		errs = append(errs, errViolated)
	}
	return errors.Join(errs...)
}

// one runs a part and keeps its rows.
func (e *everything) one(ctx context.Context, p part, args []string) error {
	o, err := readOptions(args, e.errs)
	if err != nil {
		return err
	}
	r := newReport(o)
	if r.Enoki, r.Faults, err = trial(ctx, o, false, e.errs); err != nil {
		return err
	}
	reasons(e.errs, "violations", r.Enoki)
	for _, v := range lookedAt(r.Enoki) {
		if v.Violations == 0 && !slices.Contains(strings.Fields(p.only), v.Promise) {
			continue
		}
		e.rows = append(e.rows, row{v, r.did(v), strconv.FormatUint(o.seed, 10)})
	}
	return nil
}

// did returns the faults that a verdict is about.
func (r *report) did(v check.Verdict) string {
	if r.Mode == string(spike) {
		return "O"
	}
	for _, other := range r.Enoki {
		if r.Mode == string(hostile) && strings.HasPrefix(other.Says, "hostile messages") {
			return "X" + strconv.Itoa(other.Count)
		}
	}
	if v.Promise == "P13" {
		return "O"
	}
	return r.Faults.Done.String()
}

// print prints the table, and writes it as Markdown.
func (e *everything) print() error {
	err := e.write()
	_, _ = fmt.Fprintf(e.out, "%s\n%s\n\n", e.title(), letters)
	table := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprint(table, "promise\t\tfaults\tcount\tviolations\tseed\tfigures\n")
	violations := 0
	for _, r := range e.rows {
		violations += r.Violations
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%s\t%s\n", r.Promise, r.Says, r.faults, r.Count, r.Violations, r.seed, r.Figures)
	}
	err = errors.Join(err, table.Flush())
	_, _ = fmt.Fprintf(e.out, "\n%d violations\n", violations)
	return err
}

// write writes what there is of the table as Markdown.
func (e *everything) write() error {
	slices.SortStableFunc(e.rows, func(a, b row) int { return cmp.Compare(number(a.Promise), number(b.Promise)) })
	if e.file == "" {
		return nil
	}
	var page strings.Builder
	_, _ = fmt.Fprintf(&page, "%s.\n\n%s\n\n| promise | | faults | count | violations | figures | seed |\n|---|---|---|--:|--:|---|---|\n", e.title(), letters)
	for _, r := range e.rows {
		_, _ = fmt.Fprintf(&page, "| %s | %s | %s | %d | %d | %s | %s |\n", r.Promise, cell(r.Says), r.faults, r.Count, r.Violations, cell(r.Figures), r.seed)
	}
	return os.WriteFile(e.file, []byte(page.String()), 0o600)
}

// title says when, how long and where.
func (e *everything) title() string {
	return fmt.Sprintf("%s, seed %d, slack %v, %v on %v",
		e.began.Format("2006-01-02 15:04 MST"), e.seed, e.slack, time.Since(e.began).Round(time.Second), thisMachine())
}

// letters says what the letters of faults are.
const letters = "W: `kill -9` of a worker process. F: frozen. D: two SIGINT. S: SIGTERM. B: `kill -9` of the broker. C: `kill -9` of a caller. " +
	"A: `kill -9` of the process that a job runs in. N: connections cut. H: black hole. O: overload. X: hostile messages. t: tests, which have faults of their own."

// number is what stands behind the P.
func number(promise string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(promise, "P"))
	if err != nil {
		return 0
	}
	return n
}
