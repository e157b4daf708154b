package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPageTableIsAligned(t *testing.T) {
	t.Parallel()
	r := report{
		Machine: machine{Cores: 2, Processor: "EPYC", System: "linux/amd64", Go: "go1.26", NatsGo: "1.55.0", HTTP: "chi v5, wrk 4"},
		Repeat:  "go -C bench run . -http",
		Pages: []row{{
			Mode: "raw/64", Contestant: "chi", Rate: spread{Q1: 0.98, Median: 0.99, Q3: 1}, ServerCPU: spread{Q1: 1.03, Median: 1.05, Q3: 1.06},
			Calls: 72716.4, P50: 675 * time.Microsecond, P99: 5520 * time.Microsecond, ServerMallocs: 20.12,
			CPUPerCall: perProcess{Client: 8400 * time.Nanosecond, Server: 14900 * time.Nanosecond},
		}},
	}
	for as, want := range map[format]string{
		asText: `
machine  2 × EPYC, linux/amd64, go1.26, chi v5, wrk 4
repeat   go -C bench run . -http

mode    contestant  rate ×  quartiles  requests/s       p50       p99  server CPU ×  quartiles  server µs  wrk µs  server allocs
raw/64  chi           0.99  0.98–1.00       72716  0.675 ms  5.520 ms          1.05  1.03–1.06       14.9     8.4           20.1
`,
		asMarkdown: `
2 × EPYC, linux/amd64, go1.26, chi v5, wrk 4; §go -C bench run . -http§

| mode | contestant | rate × | quartiles | requests/s | p50 | p99 | server CPU × | quartiles | server µs | wrk µs | server allocs |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
| raw/64 | chi | 0.99 | 0.98–1.00 | 72716 | 0.675 ms | 5.520 ms | 1.05 | 1.03–1.06 | 14.9 | 8.4 | 20.1 |
`,
	} {
		var have bytes.Buffer
		if err := r.print(&have, as); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.ReplaceAll(strings.TrimPrefix(want, "\n"), "§", "`"), have.String()); diff != "" {
			t.Errorf("-want +have\n%s", diff)
		}
	}
}

func TestSampleOfAPageIsPerRequest(t *testing.T) {
	t.Parallel()
	l := load{Requests: 10, Rate: 5, P50: 1, P99: 2, CPU: 100}
	have := pageSample("chi", l, usage{CPU: 1000, Mallocs: 5}, usage{CPU: 1500, Mallocs: 30})
	want := sample{Contestant: "chi", Rate: 5, P50: 1, P99: 2, ClientCPU: 10, ServerCPU: 50, ServerMallocs: 2.5}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
}

// Without a broker its share is 0/0, which JSON cannot say.
func TestRowOfAPageCanBeWritten(t *testing.T) {
	t.Parallel()
	samples := []sample{{Contestant: "a", Rate: 1, ServerCPU: 1, ClientCPU: 1}, {Contestant: "b", Rate: 2, ServerCPU: 3, ClientCPU: 1}, {Contestant: "a", Rate: 1, ServerCPU: 1, ClientCPU: 1}}
	r := newPageRow("raw", "b", samples, ratios)
	if _, err := json.Marshal(r); err != nil || r.Rate.Median != 2 || r.ServerCPU.Median != 3 || math.IsNaN(r.BrokerCPU.Median) {
		t.Errorf("have error %v and rate %v, CPU %v, broker %v, want 2, 3 and nothing", err, r.Rate.Median, r.ServerCPU.Median, r.BrokerCPU.Median)
	}
}

func TestHTTPIsMeasured(t *testing.T) {
	t.Parallel()
	wrkOf(t)
	dir := t.TempDir()
	r := smoke(t, "-http", "-rounds", "1", "-duration", "1ms", "-run", "^(raw/64 chi|typed/64 (chi|enoki))")
	var have []string
	for _, p := range r.Pages {
		have = append(have, p.Mode+" "+p.Contestant)
		if p.Calls <= 0 || p.P50 <= 0 || p.P99 < p.P50 || p.CPUPerCall.Server <= 0 || p.CPUPerCall.Client <= 0 || len(p.Rate.All) == 0 {
			t.Errorf("have %+v, want all of it measured", p)
		}
	}
	want := []string{"raw/64 ServeMux", "raw/64 chi", "typed/64 ServeMux", "typed/64 chi", "typed/64 enoki-http"}
	if diff := cmp.Diff(want, have); diff != "" || len(r.Calls) > 0 {
		t.Errorf("rows (-want +have):\n%s", diff)
	}
	if !strings.Contains(r.Machine.HTTP, "chi v5.") || !strings.Contains(r.Machine.HTTP, "wrk ") {
		t.Errorf("have versions %q, want those of chi and wrk", r.Machine.HTTP)
	}
	a := arena{options: smokeOptions(t, "-profile", dir), wrk: wrkOf(t), progress: progress{io.Discard}, servers: make(map[string]*process)}
	defer a.close()
	file := filepath.Join(dir, "chi.pprof")
	if err := a.profileOne(t.Context(), pageModes[0], "chi", file, time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if s, err := os.Stat(file); err != nil || s.Size() == 0 {
		t.Errorf("profile: have %v and error %v, want a file with something in it", s, err)
	}
}

func TestHTTPThatMatchesNothingIsReported(t *testing.T) {
	t.Parallel()
	wrkOf(t)
	err := bench(t.Context(), smokeOptions(t, "-http", "-run", "nameko"), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), `-run "nameko" matches nothing; with -http`) {
		t.Errorf("have error %v, want one that says that nothing matches", err)
	}
}
