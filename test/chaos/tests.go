package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/test/chaos/check"
)

// proof is tests of the tree that show a promise for which there is no mode, or the
// part of it that no mode shows.
type proof struct {
	promise string
	says    string
	pattern string // of the names of the tests
	rooms   []string
}

var proofs = []proof{
	{"P5", "no call waits for a busy instance while another is idle", "^TestNoCallWaitsForABusyInstanceWhileAnotherIsIdle$", []string{"./rpc"}},
	{"P5", "twenty calls take as many waves as they must", "^TestS[4567][A-Z]", []string{"./test/scenarios"}},
	{"P14", "a broadcast waits for an instance that is away", "^TestBroadcast(ReachesAnInstanceAcross|WaitsForAnInstance)", []string{"./events"}},
	{"P16", "services start before their broker, and outlive it", "^Test(ServicesStartBeforeTheirBroker|CallsOutliveTheirBroker)$", []string{"./test/scenarios"}},
	{"P18", "what the fuzzers have found, and their seeds", "^Fuzz", []string{"./broker", "./codec", "./config", "./events", "./rpc", "./tag", "./timer", "./web/..."}},
	{"P18", "hostile requests and frames of HTTP", "^Test(BodyThatIs|BombsAre|GatewayRefusesBombs|PathsLead|HeadersThatAre|HeadersForge|RequestsAreNot|MessagesThatAre|FramesThatAre)", []string{"./test/scenarios"}},
	{"P19", "a service can use what it declared, and nothing else", "^TestAbusesAreRefused$", []string{"./cmd/svc/internal/permission"}},
	{"P20", "sensitive arguments are heard nowhere", "^TestCanaryIsHeardNowhere$", []string{"./test/scenarios"}},
	{"P20", "and are in no text of an error", "^TestSensitive", []string{"./service"}},
}

// root is the main module, seen from this one.
const root = "../.."

// runTests runs the proofs, each test so many times.
func runTests(ctx context.Context, times int, errs io.Writer) ([]row, error) {
	var rows []row
	var failed []error
	for _, p := range proofs {
		r, err := p.run(ctx, times, errs)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s, %s: %w", p.promise, p.says, err))
			continue
		}
		rows = append(rows, r)
	}
	return rows, errors.Join(failed...)
}

// run runs the tests of a proof.
func (p proof) run(ctx context.Context, times int, errs io.Writer) (row, error) {
	args := append([]string{"test", "-json", fmt.Sprintf("-count=%d", times), "-run", p.pattern}, p.rooms...)
	_, _ = fmt.Fprintln(errs, "go", strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stderr = root, errs
	output, err := cmd.StdoutPipe()
	if err != nil {
		return row{}, err
	}
	if err := cmd.Start(); err != nil {
		return row{}, err
	}
	results := readResults(output, errs)
	err = cmd.Wait()
	v := results.verdict(p)
	if v.Count == 0 {
		return row{}, errors.Join(errors.New("no test ran"), err)
	}
	if err != nil && v.Violations == 0 {
		return row{}, err
	}
	return row{v, "t", "–"}, nil
}

// results are how often tests ended how; those of tests that have others in them are
// left out.
type results struct {
	passed, failed, skipped map[string]int
}

// readResults reads what go test -json prints, and repeats what failed.
func readResults(from io.Reader, errs io.Writer) results {
	r := results{map[string]int{}, map[string]int{}, map[string]int{}}
	for lines := bufio.NewScanner(from); lines.Scan(); {
		var e struct{ Action, Package, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Test == "" {
			continue
		}
		name := e.Package + " " + e.Test
		switch e.Action {
		case "pass":
			r.passed[name]++
		case "fail":
			r.failed[name]++
		case "skip":
			r.skipped[name]++
		case "output":
			if strings.Contains(e.Output, "_test.go:") {
				_, _ = io.WriteString(errs, e.Output)
			}
		}
	}
	return r
}

// verdict counts the tests and the cases in them.
func (r results) verdict(p proof) check.Verdict {
	v := check.Verdict{Promise: p.promise, Says: p.says}
	var names []string
	count := func(of map[string]int) (n int) {
		for name, times := range of {
			if !r.hasCases(name) {
				n += times
			}
			_, test, _ := strings.Cut(name, " ")
			test, _, _ = strings.Cut(test, "/")
			names = append(names, test)
		}
		return n
	}
	v.Violations = count(r.failed)
	v.Count = count(r.passed) + v.Violations
	slices.Sort(names)
	v.Figures = "tests " + strings.Join(slices.Compact(names), ", ")
	v.Violated = slices.DeleteFunc(slices.Sorted(maps.Keys(r.failed)), r.hasCases)
	if n := len(r.skipped); n > 0 {
		v.Figures += fmt.Sprintf("; %d skipped", n)
	}
	return v
}

// hasCases reports whether a test has others in it.
func (r results) hasCases(name string) bool {
	for _, of := range []map[string]int{r.passed, r.failed, r.skipped} {
		for other := range of {
			if strings.HasPrefix(other, name+"/") {
				return true
			}
		}
	}
	return false
}
