package dependency_test

import (
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency"
)

func TestNamesAreShortAndPlain(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"orders": true, "Orders_2-b": true, strings.Repeat("a", 64): true,
		"": false, strings.Repeat("a", 65): false, "a.b": false, "a b": false, "a/b": false, "ä": false, "a\n": false,
	} {
		if have := dependency.ValidName(name); have != want {
			t.Errorf("%q: have %v, want %v", name, have, want)
		}
	}
}
