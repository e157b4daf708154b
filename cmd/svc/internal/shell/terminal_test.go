package shell_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/shell"
)

func keep(t *testing.T, path string) error {
	t.Helper()
	terminal := shell.OpenTerminal()
	defer func() { _ = terminal.Close() }()
	return terminal.Keep(path)
}

func TestLongHistoryIsCutToItsEnd(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ lines, want int }{{0, 0}, {1500, 1500}, {2001, 1000}} {
		path := filepath.Join(t.TempDir(), "deep", "history")
		if err := keep(t, path); err != nil { // makes the folder
			t.Fatal(err)
		}
		var text bytes.Buffer
		for i := range tt.lines {
			fmt.Fprintln(&text, "line", i)
		}
		if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := keep(t, path); err != nil {
			t.Fatal(err)
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(have, []byte("\n")); n != tt.want || !bytes.HasSuffix(text.Bytes(), have) {
			t.Errorf("of %d lines, have %d, want the last %d", tt.lines, n, tt.want)
		}
	}
}

func TestHistoryThatCannotBeReadIsBegunAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(path, []byte("good\n\xff\xfe\nlost\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keep(t, path); err != nil {
		t.Fatal(err)
	}
	if have, err := os.ReadFile(path); err != nil || string(have) != "good\n" {
		t.Errorf("have %q (%v), want what could be read", have, err)
	}
}

func TestHistoryThatCannotBeKeptIsAnError(t *testing.T) {
	t.Parallel()
	if err := keep(t, filepath.Join(os.DevNull, "history")); err == nil {
		t.Error("have no error, want one")
	}
}
