package broker_test

import (
	"testing"

	"github.com/enoki-go/enoki/broker"
)

func TestPatternsTakeInWhatTheyStandFor(t *testing.T) {
	for _, tt := range []struct {
		pattern, subject string
		want             bool
	}{
		{"a.b", "a.b", true},
		{"a.b", "a.c", false},
		{"a.b", "a", false},
		{"a", "a.b", false},
		{"a.*", "a.b", true},
		{"a.*", "a.b.c", false},
		{"a.*.c", "a.b.c", true},
		{"a.>", "a.b.c", true},
		{"a.>", "a", false},
		{">", "a", true},
		{"a.*", "a.*", true},
		{"a.b", "a.*", false},
		{"a.*", "a.>", false},
		{"a.>", "a.*.c", true},
		{"a.>", "a.>", true},
	} {
		if have := broker.Matches(tt.pattern, tt.subject); have != tt.want {
			t.Errorf("%s takes in %s: have %v", tt.pattern, tt.subject, have)
		}
	}
}
