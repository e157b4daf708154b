package main

import (
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// stopwatch is `stopwatch`: it begins to measure, for `within`.
func stopwatch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: stopwatch")
	}
	ts.Setenv("STOPWATCH", time.Now().Format(time.RFC3339Nano))
}

// within is `within TIME`: it fails if more has passed since `stopwatch`.
func within(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: within TIME")
	}
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	began, err := time.Parse(time.RFC3339Nano, ts.Getenv("STOPWATCH"))
	ts.Check(err)
	took := time.Since(began)
	ts.Logf("took %v", took.Round(time.Millisecond))
	if took > limit {
		ts.Fatalf("took %v, want at most %v", took, limit)
	}
}
