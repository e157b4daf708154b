//go:build linux

package child_test

import (
	"strings"
	"testing"

	"github.com/enoki-go/enoki/internal/child"
)

func TestTailBeginsWithALine(t *testing.T) {
	if have := child.Tail("short\n"); have != "short\n" {
		t.Errorf("have %q, want all of a short text", have)
	}
	text := strings.Repeat("one line of many\n", 1000) + "the last\n"
	have := child.Tail(text)
	rest, cut := strings.CutPrefix(have, "…\none line of many\n")
	if !cut || !strings.HasSuffix(text, rest) || len(rest) < 5000 || len(rest) > 6000 {
		t.Errorf("have %.80q, want the last lines", have)
	}
}
