package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const wrkSaid = `Running 1s test @ http://127.0.0.1:8000/raw
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     0.97ms    1.12ms   9.99ms   91.42%
    Req/Sec    73.25k     6.82k   85.90k    70.00%
  Latency Distribution
     50%  698.00us
     75%    1.01ms
     90%    1.82ms
     99%    6.00ms
  72900 requests in 1.00s, 8.20MB read
Requests/sec:  72728.72
Transfer/sec:      8.18MB
`

func TestWhatWrkPrintsIsRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, old, new string
		want           load
	}{
		{"as it is", "", "", load{72900, 72728.72, 698 * time.Microsecond, 6 * time.Millisecond, 0}},
		{"seconds", "6.00ms", "1.25s ", load{72900, 72728.72, 698 * time.Microsecond, 1250 * time.Millisecond, 0}},
		{"three decimals of a percentage", "     99%", " 99.000%", load{72900, 72728.72, 698 * time.Microsecond, 6 * time.Millisecond, 0}},
		{"slow", "72728.72", "    0.98", load{72900, 0.98, 698 * time.Microsecond, 6 * time.Millisecond, 0}},
	} {
		have, err := parseWrk(strings.Replace(wrkSaid, tt.old, strings.TrimRight(tt.new, " "), 1))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, have); diff != "" {
			t.Errorf("%s (-want +have):\n%s", tt.name, diff)
		}
	}
}

func TestRoundsOfWrkThatMeasureSomethingElseAreErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, old, new, want string }{
		{"answers that are errors", "Requests/sec", "  Non-2xx or 3xx responses: 71756\nRequests/sec", "have 71756 answers that are no success"},
		{"broken connections", "Requests/sec", "  Socket errors: connect 0, read 5, write 0, timeout 2\nRequests/sec", "have broken connections (connect 0, read 5, write 0, timeout 2)"},
		{"no rate", "Requests/sec", "Rate", "no number of requests or no rate"},
		{"no number", "72900 requests", "many requests", "no number of requests or no rate"},
		{"no requests", "72900 requests", "0 requests", "have no requests, want some"},
		{"no median", "     50%", "     51%", "no latency of 50%"},
		{"no tail", "     99%", "     98%", "no latency of 50% or of 99%"},
		{"nothing", wrkSaid, "", "no number of requests"},
	} {
		_, err := parseWrk(strings.Replace(wrkSaid, tt.old, tt.new, 1))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: have error %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestMissingWrkIsToldWithItsInstallation(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := findWrk()
	if err == nil || !strings.Contains(err.Error(), "-http needs wrk") || !strings.Contains(err.Error(), "apt-get install wrk") {
		t.Errorf("have error %v, want one that says how to install wrk", err)
	}
}

// wrkOf returns wrk for tests that need it.
func wrkOf(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("wrk")
	switch {
	case err == nil:
		return path
	case os.Getenv("ENOKI_REQUIRE_SERVICES") == "1":
		t.Fatal("wrk is not installed: apt-get install wrk")
	default:
		t.Skip("wrk is not installed: apt-get install wrk")
	}
	return ""
}

func TestWrkCountsWhatItSends(t *testing.T) {
	t.Parallel()
	wrk, served := wrkOf(t), make(chan struct{}, 1<<22)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, _ *http.Request) { served <- struct{}{} }))
	defer s.Close()
	l, err := runWrk(t.Context(), wrk, s.URL, time.Millisecond) // a second
	if err != nil {
		t.Fatal(err)
	}
	if sent := int64(len(served)); l.Requests > sent || l.Requests < sent-connections || l.CPU <= 0 || l.P50 <= 0 || l.P99 < l.P50 {
		t.Errorf("have %+v, want %d requests less those on the way, times and processor time", l, sent)
	}
	if v := wrkVersion(t.Context(), wrk); v == "unknown" || strings.ContainsAny(v, " []") {
		t.Errorf("have version %q, want that of wrk", v)
	}
}

func TestWrkThatCannotConnectIsReported(t *testing.T) {
	t.Parallel()
	_, err := runWrk(t.Context(), wrkOf(t), "http://127.0.0.1:1/", time.Millisecond)
	if _, ended := errors.AsType[*exec.ExitError](err); !ended || !strings.Contains(err.Error(), "unable to connect") {
		t.Errorf("have error %v, want what wrk says", err)
	}
}
