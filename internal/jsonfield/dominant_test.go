package jsonfield_test

import (
	"slices"
	"testing"

	"github.com/enoki-go/enoki/internal/jsonfield"
)

func TestLeastEmbeddedThenTaggedDominates(t *testing.T) {
	t.Parallel()
	type claims = []jsonfield.Claim
	for _, tt := range []struct {
		name string
		all  claims
		want claims
	}{
		{"none", nil, nil},
		{"one", claims{{"a", 3, false}}, claims{{"a", 3, false}}},
		{"keys of their own", claims{{"b", 1, false}, {"a", 1, false}}, claims{{"b", 1, false}, {"a", 1, false}}},
		{"depth", claims{{"a", 2, false}, {"a", 1, false}}, claims{{"a", 1, false}}},
		{"depth before the tag", claims{{"a", 2, true}, {"a", 1, false}}, claims{{"a", 1, false}}},
		{"the tag", claims{{"a", 1, false}, {"a", 1, true}, {"a", 1, false}}, claims{{"a", 1, true}}},
		{"a tie", claims{{"a", 1, false}, {"a", 1, false}}, nil},
		{"a tie of tagged ones", claims{{"a", 1, true}, {"a", 1, false}, {"a", 1, true}}, nil},
		{"a tie above one that is deeper", claims{{"a", 1, false}, {"a", 1, false}, {"a", 2, true}}, nil},
		{"a tie of one key", claims{{"a", 1, true}, {"b", 2, false}, {"a", 1, true}}, claims{{"b", 2, false}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have := jsonfield.Dominant(tt.all, func(c jsonfield.Claim) jsonfield.Claim { return c })
			if !slices.Equal(have, tt.want) {
				t.Errorf("have %v, want %v", have, tt.want)
			}
		})
	}
}
