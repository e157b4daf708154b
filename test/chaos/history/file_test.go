package history_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/test/chaos/history"
)

func TestFactsComeBackAsTheyWereWritten(t *testing.T) {
	dir := t.TempDir()
	want := []history.Fact{
		{Time: 1, Kind: history.Sent, ID: "c-1", Method: "work", Limit: time.Second},
		{Time: 2, Kind: history.Answered, ID: "c-1", Error: "line one\nline two", Typed: true, Took: time.Minute},
	}
	write(t, dir, "caller-0.0", want...)
	for i := range want {
		want[i].From = "caller-0.0"
	}
	have, err := history.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("facts differ (-want +have):\n%s", diff)
	}
}

func TestFactWithoutTimeGetsThePresent(t *testing.T) {
	dir := t.TempDir()
	before := time.Now()
	write(t, dir, "p", history.Fact{Kind: history.Ready})
	facts, err := history.Read(dir)
	if err != nil || len(facts) != 1 {
		t.Fatalf("Read: have %d facts and %v, want one", len(facts), err)
	}
	if at := facts[0].At(); at.Before(before) || at.After(time.Now()) {
		t.Errorf("time of the fact: have %v, want one after %v", at, before)
	}
}

func TestLineCutShortIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	text := `{"t":1,"k":"began","id":"c-1"}` + "\n" + `{"t":2,"k":"end`
	if err := os.WriteFile(filepath.Join(dir, "worker-0.0.jsonl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	facts, err := history.Read(dir)
	if err != nil || len(facts) != 1 {
		t.Errorf("Read(%q): have %d facts and error %v, want one and none", text, len(facts), err)
	}
}

func TestGarbageInTheMiddleIsAnError(t *testing.T) {
	dir := t.TempDir()
	text := "garbage\n" + `{"t":1,"k":"began","id":"c-1"}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, "worker-0.0.jsonl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if facts, err := history.Read(dir); err == nil {
		t.Errorf("Read(%q): have %d facts, want an error", text, len(facts))
	}
}

func write(t *testing.T, dir, process string, facts ...history.Fact) {
	t.Helper()
	f, err := history.Open(dir, process)
	if err != nil {
		t.Fatal(err)
	}
	for _, fact := range facts {
		if err := f.Write(fact); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
