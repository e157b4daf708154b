package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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
	for _, c := range slices.Concat(r.Calls, r.Events) {
		got = append(got, c.Mode+" "+c.Contestant)
		for name, value := range map[string]float64{
			"rate": c.Rate.Median, "first quartile": c.Rate.Q1, "third quartile": c.Rate.Q3,
			"CPU": c.CPU.Median, "CPU of the client": c.ClientCPU.Median, "CPU of the server": c.ServerCPU.Median,
			"calls": c.Calls, "p50": float64(c.P50),
			"CPU of the client per call": float64(c.CPUPerCall.Client), "CPU of the server per call": float64(c.CPUPerCall.Server),
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
	for _, m := range slices.Concat(callModes, eventModes) {
		for _, c := range m.contestants {
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
	if err := f.profileLane(callModes[0], l, prefix, 10*time.Millisecond); err != nil {
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
