package console_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/console"
)

func TestOnlyWholeLinesAreWritten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		writes []string
		want   string
	}{
		{"one line", []string{"a\n"}, "[1] a\n"},
		{"several at once", []string{"a\nb\n"}, "[1] a\n[1] b\n"},
		{"a line in pieces", []string{"a", "b", "\nc\n"}, "[1] ab\n[1] c\n"},
		{"an empty line", []string{"\n"}, "[1] \n"},
		{"a last line without end", []string{"a\nb"}, "[1] a\n[1] b\n"},
		{"nothing", []string{""}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if have := written(t, console.Options{Format: console.Text}, "1", tt.writes...); have != tt.want {
				t.Errorf("%q: have %q, want %q", tt.writes, have, tt.want)
			}
		})
	}
}

func TestOnlySoMuchOfALineIsHeldBack(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := console.New(console.Options{Format: console.Text}).Writer("1", &out)
	chunk, wrote := []byte(strings.Repeat("x", 4096)), 0
	for ; out.Len() == 0; wrote += len(chunk) {
		if wrote > 1<<20 {
			t.Fatalf("holds back %d bytes of a line without end", wrote)
		}
		if _, err := w.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if have := strings.Count(out.String(), "x"); have != wrote {
		t.Errorf("wrote %d letters, want %d", have, wrote)
	}
}

// written returns what a console has written of a process.
func written(t *testing.T, o console.Options, label string, writes ...string) string {
	t.Helper()
	var out bytes.Buffer
	w := console.New(o).Writer(label, &out)
	for _, text := range writes {
		if n, err := w.Write([]byte(text)); n != len(text) || err != nil {
			t.Fatalf("Write(%q): have %d, %v", text, n, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
