package present_test

import (
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

func TestOneOfSomethingIsNoPlural(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 streams", 1: "1 stream", 2: "2 streams"} {
		if have := present.Count(n, "stream"); have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}
