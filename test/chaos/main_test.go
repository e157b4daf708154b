package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// TestMain lets this binary be its own children, as main does.
func TestMain(m *testing.M) {
	if text, child := role.Asked(); child {
		if err := role.Main(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// chaos runs the program and returns its report.
func chaos(t *testing.T, args ...string) (report, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	var out, errs bytes.Buffer
	err := run(t.Context(), append(args, "-json", file, "-dir", filepath.Join(t.TempDir(), "run")), &out, &errs)
	text, missing := os.ReadFile(file)
	if missing != nil {
		t.Fatalf("chaos %q: no report: %v\n%s%s", args, err, errs.String(), out.String())
	}
	t.Logf("chaos %q\n%s%s", args, errs.String(), out.String())
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r, err
}

func verdictOn(t *testing.T, verdicts []check.Verdict, promise string) check.Verdict {
	t.Helper()
	for _, v := range verdicts {
		if v.Promise == promise {
			return v
		}
	}
	t.Fatalf("no verdict on %s", promise)
	return check.Verdict{}
}

func TestWithoutFaultsEveryPromiseIsKept(t *testing.T) {
	r, err := chaos(t, "-seconds", "5", "-rate", "100", "-processes", "2", "-faults", "none", "-seed", "1", "-slack", "3s")
	if err != nil {
		t.Errorf("run: have %v, want no violations", err)
	}
	for promise, least := range map[string]int{"P1": 500, "P2": 300, "P3": 100, "P4": 30, "P7": 2, "P17": 2, "P21": 10} {
		if v := verdictOn(t, r.Enoki, promise); v.Count < least {
			t.Errorf("%s: looked at %d, want at least %d", promise, v.Count, least)
		}
	}
}

func TestResultsOfKilledCallersAreFetched(t *testing.T) {
	r, err := chaos(t, "-seconds", "9", "-rate", "20", "-processes", "2", "-faults", "caller", "-seed", "1", "-slack", "3s")
	if err != nil {
		t.Errorf("run: have %v, want no violations", err)
	}
	if r.Faults.Done[plan.Caller] == 0 {
		t.Errorf("have faults %v, want one of a caller", r.Faults)
	}
	for _, v := range r.Enoki {
		if _, about := v.Values["orphans"]; about && v.Values["orphans"] == 0 {
			t.Errorf("%s, %s: have no call of %d whose caller was killed, want some", v.Promise, v.Says, v.Count)
		}
	}
}

func TestMarkdownIsATable(t *testing.T) {
	r := newReport(options{mode: soak, seed: 5, rate: 150, args: []string{"-rate", "150"}})
	r.Faults.Done = counts{plan.Kill: 2, plan.Caller: 1}
	r.Enoki = []check.Verdict{{Promise: "P2", Says: "answered | in time", Count: 7, Violations: 1, Figures: "85 %", Violated: []string{"1 × lost"}}}
	var out bytes.Buffer
	if err := r.markdown(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\n| P2 | answered \\| in time | 7 | 1 | 85 % |\n", "go -C test/chaos run . -rate 150 -seed 5\n", "kill 2, caller 1", "\n* P2: 1 × lost\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("markdown: want %q in\n%s", want, out.String())
		}
	}
}

func TestNaiveServiceLosesCallsOfAKilledBroker(t *testing.T) {
	o, err := readOptions([]string{
		"-outage", "-seconds", "4", "-rate", "200", "-processes", "2", "-deadline", "2s",
		"-dir", filepath.Join(t.TempDir(), "run"),
	}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	verdicts, faults, err := trial(t.Context(), o, true, &errs)
	if err != nil {
		t.Fatalf("trial: %v\n%s", err, errs.String())
	}
	if faults.Done[plan.Broker] != 1 {
		t.Errorf("have faults %v, want one of the broker", faults.Done)
	}
	if v := verdictOn(t, verdicts, "P2"); v.Violations == 0 {
		t.Errorf("P2 of plain nats.go: have none of %d calls lost, want some", v.Count)
	}
}

func TestInterruptLeavesNothingBehind(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o, err := readOptions([]string{"-seconds", "60", "-faults", "none", "-dir", filepath.Join(t.TempDir(), "run")}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := o.makeDir(false)
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWorld(o, false, dir)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = w.run(ctx, writerFunc(func(text string) {
		if strings.Contains(text, "begins") {
			cancel()
		}
	}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("run after an interrupt: have error %v, want %v", err, context.Canceled)
	}
	if err := w.close(); err != nil {
		t.Errorf("close: %v", err)
	}
	for _, s := range append(append(w.brokers, w.workers...), w.callers...) {
		select {
		case <-s.current().Exited():
		default:
			t.Errorf("%s lives", s.current().Name)
		}
	}
}

// writerFunc sees what is written.
type writerFunc func(text string)

func (f writerFunc) Write(p []byte) (int, error) {
	f(string(p))
	return len(p), nil
}

func TestWrongFlagsAreRefused(t *testing.T) {
	for _, args := range [][]string{
		{"-faults", "flood"},
		{"-faults", "lame"},
		{"-faults", "meta"},
		{"-durable", "-1"},
		{"-processes", "0"},
		{"-seconds", "0"},
		{"more"},
		{"-events", "-naive"},
		{"-events", "-callers", "0"},
		{"-events", "-orders", "-1"},
		{"-ordered", "-faults", "stream"},
	} {
		var errs bytes.Buffer
		if _, err := readOptions(args, &errs); err == nil {
			t.Errorf("chaos %q: have no error, want one", args)
		}
	}
}

func TestModesHaveTheirOwnDefaults(t *testing.T) {
	for _, tt := range []struct {
		args     []string
		mode     mode
		deadline time.Duration
		faults   int
	}{
		{nil, soak, 10 * time.Second, 10},
		{[]string{"-outage"}, outage, 10 * time.Second, 1},
		{[]string{"-roll"}, roll, 10 * time.Second, 1},
		{[]string{"-spike"}, spike, time.Second, 0},
		{[]string{"-crowd"}, crowd, 2 * time.Minute, 0},
		{[]string{"-crowd", "-deadline", "5s"}, crowd, 5 * time.Second, 0},
		{[]string{"-events"}, ofEvents, 10 * time.Second, 10},
		{[]string{"-events", "-cluster"}, ofEvents, 10 * time.Second, 10},
		{[]string{"-ordered"}, ordered, 10 * time.Second, 10},
		{[]string{"-timers"}, timers, 10 * time.Second, 10},
	} {
		o, err := readOptions(tt.args, os.Stderr)
		if err != nil {
			t.Errorf("chaos %q: %v", tt.args, err)
			continue
		}
		if n := len(o.plan()); o.mode != tt.mode || o.deadline != tt.deadline || n < tt.faults || tt.faults == 0 && n > 0 {
			t.Errorf("chaos %q: have %s, deadline %v, %d faults; want %s, %v, %d", tt.args, o.mode, o.deadline, n, tt.mode, tt.deadline, tt.faults)
		}
	}
}
