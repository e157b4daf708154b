package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// TestMain lets the test's binary be a child, as bench's is.
func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv(assignmentVariable); ok {
		exit(childMain(text, os.Stdin, os.Stdout))
	}
	goleak.VerifyTestMain(m)
}

func TestEveryContestantYieldsNumbers(t *testing.T) {
	t.Parallel()
	r := smoke(t, "-rounds", "2", "-duration", "10ms", "-run", "/")
	var got []string
	for _, c := range r.Calls {
		got = append(got, c.Mode+" "+c.Contestant)
		for name, value := range map[string]float64{
			"rate": c.Rate.Median, "first quartile": c.Rate.Q1, "third quartile": c.Rate.Q3,
			"CPU": c.CPU.Median, "CPU of the client": c.ClientCPU.Median, "CPU of the server": c.ServerCPU.Median,
			"calls": c.Calls, "p50": float64(c.P50), "CPU per call": float64(c.CPUPerCall),
			"allocations of the client": c.ClientMallocs, "allocations of the server": c.ServerMallocs,
		} {
			if value <= 0 {
				t.Errorf("%s of %s: %s is %v, want more than 0", c.Mode, c.Contestant, name, value)
			}
		}
		if c.BrokerCPU.Median <= 0 && c.Contestant != "grpc-go" { // which has no broker
			t.Errorf("%s of %s: CPU of the broker is %v, want more than 0", c.Mode, c.Contestant, c.BrokerCPU.Median)
		}
	}
	var want []string
	for _, m := range modes {
		for _, c := range contestants {
			want = append(want, m.name+" "+c.name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
}

func TestRunThatMatchesNothingIsAMistake(t *testing.T) {
	t.Parallel()
	err := bench(t.Context(), smokeOptions(t, "-run", "nameko"), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), `-run "nameko" matches nothing`) {
		t.Errorf("have error %v, want one that says that nothing matches", err)
	}
}

func TestStartFiguresAreThoseOfTheExample(t *testing.T) {
	t.Parallel()
	r := smoke(t, "-starts", "2", "-idle", "1ms", "-run", "^start")
	switch s := r.Start; {
	case s == nil || len(r.Calls) > 0:
		t.Fatalf("have %+v, want the figures of the start and nothing else", r)
	case s.Reachable.Median <= 0 || len(s.Reachable.All) != 2:
		t.Errorf("have %v ms to reachable, want two times above 0", s.Reachable)
	case s.Resident.Median < 1e6 && runtime.GOOS == "linux":
		t.Errorf("have %v bytes of idle memory, want megabytes", s.Resident.Median)
	case s.Stripped < 1e6 || s.Binary <= s.Stripped:
		t.Errorf("have a binary of %d bytes, stripped %d; want megabytes, and less when stripped", s.Binary, s.Stripped)
	case s.LinksServer:
		t.Error("nats-server is linked into a user's binary")
	}
}

func TestProfilesAreWrittenForEveryProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := smokeOptions(t, "-profile", dir)
	f := field{options: o, bus: launchBroker(t, t.Context()), progress: progress{io.Discard}}
	defer f.close()
	l, err := f.lane(t.Context(), "enoki")
	if err != nil {
		t.Fatal(err)
	}
	prefix := filepath.Join(dir, "small-")
	if err := f.profileLane(modes[0], l, prefix, 10*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{roleClient, roleServer, roleBroker} {
		if s, err := os.Stat(prefix + role + ".pprof"); err != nil || s.Size() == 0 {
			t.Errorf("profile of the %s: have %v and error %v, want a file with something in it", role, s, err)
		}
	}
}

// smoke measures what the flags ask for and returns what was printed as JSON.
func smoke(t *testing.T, args ...string) (r report) {
	t.Helper()
	var out bytes.Buffer
	if err := bench(t.Context(), smokeOptions(t, append(args, "-json")...), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v in\n%s", err, out.Bytes())
	}
	return r
}

func smokeOptions(t *testing.T, args ...string) options {
	t.Helper()
	o, err := readOptions(args, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTableIsAligned(t *testing.T) {
	t.Parallel()
	r := report{
		Machine: machine{Cores: 2, Processor: "EPYC", System: "linux/amd64", Go: "go1.26", NatsGo: "1.55.0", NatsServer: "2.15.2", GRPC: "1.85.0"},
		Repeat:  "go -C bench run .",
		Calls: []row{{
			Mode: "small/64", Contestant: "enoki",
			Rate: spread{Q1: 0.9, Median: 1, Q3: 1.25}, CPU: spread{Median: 1.1},
			ClientCPU: spread{Median: 1.2}, ServerCPU: spread{Median: 1.3}, BrokerCPU: spread{Median: 1.4},
			Calls: 45678.9, P50: 1234567, CPUPerCall: 23456, ClientMallocs: 7, ServerMallocs: 12.34,
		}},
		Start: &startFigures{Reachable: spread{Q1: 6, Median: 6.25, Q3: 7}, Resident: spread{Median: 13.4e6}, Binary: 16.7e6, Stripped: 11.6e6},
	}
	want := strings.TrimPrefix(`
machine  2 × EPYC, linux/amd64, go1.26, nats.go 1.55.0, nats-server 2.15.2, grpc-go 1.85.0
repeat   go -C bench run .

mode      contestant             rate ×  quartiles  calls/s       p50  CPU ×  client ×  server ×  broker ×  CPU µs  allocs client  server
small/64  enoki                    1.00  0.90–1.25    45679  1.235 ms   1.10      1.20      1.30      1.40    23.5            7.0    12.3

start     exec to reachable      6.2 ms    6.0–7.0
start     idle memory           13.4 MB
start     binary                16.7 MB
start     binary, stripped      11.6 MB
start     embedded broker    not linked
`, "\n")
	var got bytes.Buffer
	if err := r.print(&got, false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
}
