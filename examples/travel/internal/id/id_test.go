package id_test

import (
	"regexp"
	"testing"

	"github.com/enoki-go/enoki/examples/travel/internal/id"
)

func TestIdIs32HexadecimalCharactersAndNeverTheSame(t *testing.T) {
	t.Parallel()
	form, seen := regexp.MustCompile("^[0-9a-f]{32}$"), make(map[string]bool)
	for range 1000 {
		have := id.New()
		if !form.MatchString(have) || seen[have] {
			t.Fatalf("have %q, want 32 hexadecimal characters that were not there before", have)
		}
		seen[have] = true
	}
}
