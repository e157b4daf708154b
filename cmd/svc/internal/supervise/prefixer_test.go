package supervise

import (
	"bytes"
	"strings"
	"testing"
)

func TestPrefixerWritesWholeLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		writes []string
		want   string
	}{
		{"one line", []string{"a\n"}, "> a\n"},
		{"several at once", []string{"a\nb\n"}, "> a\n> b\n"},
		{"a line in pieces", []string{"a", "b", "\nc\n"}, "> ab\n> c\n"},
		{"an empty line", []string{"\n"}, "> \n"},
		{"a last line without end", []string{"a\nb"}, "> a\n> b\n"},
		{"nothing", []string{""}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			p := &prefixer{prefix: "> ", to: &out}
			for _, w := range tt.writes {
				if n, err := p.Write([]byte(w)); n != len(w) || err != nil {
					t.Fatalf("Write(%q): have %d, %v", w, n, err)
				}
			}
			p.flush()
			if out.String() != tt.want {
				t.Errorf("%q: have %q, want %q", tt.writes, out.String(), tt.want)
			}
		})
	}
}

func TestPrefixerHoldsBackOnlySoMuch(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &prefixer{to: &out}
	chunk := []byte(strings.Repeat("x", 4096))
	for range 100 {
		if _, err := p.Write(chunk); err != nil {
			t.Fatal(err)
		}
		if len(p.rest) > longest {
			t.Fatalf("holds back %d bytes, want at most %d", len(p.rest), longest)
		}
	}
	p.flush()
	if have := strings.Count(out.String(), "x"); have != 100*4096 {
		t.Errorf("wrote %d letters, want %d", have, 100*4096)
	}
}
