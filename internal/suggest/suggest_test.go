package suggest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/internal/suggest"
)

func TestNearestFindsTheNameThatWasMeant(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		have  string
		among []string
		want  string
	}{
		{"a lost letter", "Helo", []string{"Bye", "Hello"}, "Hello"},
		{"an extra letter", "methhod", []string{"method", "timeout"}, "method"},
		{"a changed letter", "tineout", []string{"method", "timeout"}, "timeout"},
		{"swapped neighbours cost one", "paly", []string{"play", "pale_xx"}, "play"},
		{"swapped neighbours in a short name", "ba", []string{"ab"}, "ab"},
		{"case is free", "CREATE", []string{"Create"}, "Create"},
		{"separators are free", "OrderPlaced", []string{"order_replaced", "order_placed"}, "order_placed"},
		{"dash for underscore", "order-placed", []string{"order_placed"}, "order_placed"},
		{"letters are not bytes", "grüße", []string{"grüsse"}, "grüsse"},
		{"two of six letters", "metxxd", []string{"method"}, "method"},
		{"three of six letters are too many", "mexxxd", []string{"method"}, ""},
		{"one of one letter is nothing in common", "a", []string{"b"}, ""},
		{"a different word", "banana", []string{"method", "timeout"}, ""},
		{"nothing typed", "", []string{"a", "ab"}, ""},
		{"nothing to choose from", "method", nil, ""},
		{"an empty name is none", "a", []string{""}, ""},
		{"only separators", "_", []string{"-", "--"}, ""},
		{"the name itself is no suggestion", "method", []string{"method"}, ""},
		{"a tie goes to the closer spelling", "get", []string{"Get", "GET"}, "Get"},
		{"a tie goes to the alphabet", "cat", []string{"hat", "bat"}, "bat"},
		{"an endless name", strings.Repeat("x", 1<<20), []string{"method"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if have := suggest.Nearest(tt.have, tt.among); have != tt.want {
				t.Errorf("Nearest(%.20q, %q) = %q, want %q", tt.have, tt.among, have, tt.want)
			}
			slices.Reverse(tt.among)
			if have := suggest.Nearest(tt.have, tt.among); have != tt.want {
				t.Errorf("in reverse order: Nearest(%.20q, %q) = %q, want %q", tt.have, tt.among, have, tt.want)
			}
		})
	}
}

func TestHintAsksOrIsSilent(t *testing.T) {
	t.Parallel()
	if have, want := suggest.Hint("methd", []string{"method"}), `did you mean "method"?`; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
	if have := suggest.Hint("banana", []string{"method"}); have != "" {
		t.Errorf("have %q, want silence", have)
	}
}

func TestListSortsAndCountsTheRest(t *testing.T) {
	t.Parallel()
	many := make([]string, 42)
	for i := range many {
		many[i] = fmt.Sprintf("n%02d", 41-i)
	}
	for _, tt := range []struct {
		name  string
		names []string
		want  string
	}{
		{"none", nil, "none"},
		{"sorted, once each", []string{"b", "a", "b"}, "a, b"},
		{"twelve are shown", many[30:], "n00, n01, n02, n03, n04, n05, n06, n07, n08, n09, n10, n11"},
		{"the rest is counted", many, "n00, n01, n02, n03, n04, n05, n06, n07, n08, n09, n10, n11 and 30 more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if have := suggest.List(tt.names); have != tt.want {
				t.Errorf("List(%q) = %q, want %q", tt.names, have, tt.want)
			}
		})
	}
	if many[0] != "n41" {
		t.Error("List sorted the caller's slice")
	}
}

func ExampleHint() {
	known := []string{"args", "name", "timeout"}
	fmt.Printf("unknown key %q: known keys are %s; %s\n", "tiemout", suggest.List(known), suggest.Hint("tiemout", known))
	// Output: unknown key "tiemout": known keys are args, name, timeout; did you mean "timeout"?
}
