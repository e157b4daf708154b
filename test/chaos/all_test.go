package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/plan"
)

func TestPartsGrowWithTheirTime(t *testing.T) {
	for _, p := range parts {
		var lengths []time.Duration
		for _, scale := range []float64{1, 10} {
			o, err := readOptions(p.line(scale), os.Stderr)
			if err != nil {
				t.Fatalf("%s: %v", p.about, err)
			}
			lengths = append(lengths, o.length)
		}
		if lengths[0] < 10*time.Second || lengths[1] < 9*lengths[0] && p.seconds > 0 {
			t.Errorf("%s: have lengths %v, want ten times as much for ten times the time", p.about, lengths)
		}
	}
}

func TestNoAbsenceIsLongerThanWhatIsPromised(t *testing.T) {
	for _, p := range parts {
		if o, err := readOptions(p.line(1000), os.Stderr); err != nil || o.away >= 5*time.Minute {
			t.Errorf("%s: have an absence of %v and %v, want less than 5m", p.about, o.away, err)
		}
	}
}

func TestEachPromiseHasAPartOrATest(t *testing.T) {
	shown := map[string]bool{}
	for _, p := range parts {
		for promise := range strings.FieldsSeq(p.only) {
			shown[promise] = true
		}
	}
	for _, p := range proofs {
		shown[p.promise] = true
	}
	if len(shown) != 21 {
		t.Errorf("have %d promises %v, want P1 to P21", len(shown), shown)
	}
}

func TestResultsOfTestsAreCountedByTheirCases(t *testing.T) {
	lines := `{"Action":"pass","Package":"p","Test":"TestA/one"}
{"Action":"fail","Package":"p","Test":"TestA/two"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"pass","Package":"p"}
`
	v := readResults(strings.NewReader(lines), os.Stderr).verdict(proof{promise: "P5"})
	if v.Count != 4 || v.Violations != 1 || v.Figures != "tests TestA, TestB; 1 skipped" || !slices.Equal(v.Violated, []string{"p TestA/two"}) {
		t.Errorf("have %+v, want 4 with one violation", v)
	}
}

func TestTableOfAllPromisesIsInTheirOrder(t *testing.T) {
	var out bytes.Buffer
	file := filepath.Join(t.TempDir(), "table.md")
	e := everything{out: &out, file: file, seed: 7, rows: []row{
		{check.Verdict{Promise: "P10", Says: "ten"}, "W1", "8"},
		{check.Verdict{Promise: "P2", Says: "two | 2", Count: 3, Violations: 1}, "N2", "9"},
	}}
	if err := e.print(); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := "| P2 | two \\| 2 | N2 | 3 | 1 |  | 9 |\n| P10 | ten | W1 | 0 | 0 |  | 8 |\n"; !strings.HasSuffix(string(page), want) {
		t.Errorf("have\n%s\nwant at its end\n%s", page, want)
	}
	if !strings.Contains(out.String(), "\n1 violations\n") {
		t.Errorf("have %q, want how many violations there are", out.String())
	}
}

func TestFaultsOfARowAreThoseOfItsPart(t *testing.T) {
	for _, tt := range []struct {
		mode    mode
		verdict check.Verdict
		want    string
	}{
		{soak, check.Verdict{Promise: "P1"}, "W2"},
		{spike, check.Verdict{Promise: "P8"}, "O"},
		{ofEvents, check.Verdict{Promise: "P13"}, "O"},
		{hostile, check.Verdict{Promise: "P1"}, "X5"},
	} {
		r := &report{Mode: string(tt.mode), Enoki: []check.Verdict{{Promise: "P18", Says: "hostile messages", Count: 5}}}
		r.Faults.Done = counts{plan.Kill: 2}
		if have := r.did(tt.verdict); have != tt.want {
			t.Errorf("%s: have %q, want %q", tt.mode, have, tt.want)
		}
	}
}

func TestHostileMessagesAreRefused(t *testing.T) {
	r, err := chaos(t, "-hostile", "-seconds", "4", "-rate", "20", "-processes", "2", "-seed", "1", "-slack", "3s")
	if err != nil && verdictOn(t, r.Enoki, "P1").Violations > 0 {
		t.Errorf("run: have %v, want no violations", err)
	}
	if v := verdictOn(t, r.Enoki, "P18"); v.Count < 20 {
		t.Errorf("have %d messages, want at least 20", v.Count)
	}
}

func TestNetworksAreCut(t *testing.T) {
	t.Parallel()
	r, err := chaos(t, "-faults", "cut,hole", "-gap", "800ms", "-seconds", "12", "-rate", "40", "-seed", "1", "-slack", "3s", "-deadline", "20s")
	if err != nil {
		t.Errorf("run: have %v, want no violations", err)
	}
	if done := r.Faults.Done; done[plan.Cut] == 0 || done[plan.Hole] == 0 {
		t.Errorf("have faults %v, want cuts and holes", done)
	}
}
