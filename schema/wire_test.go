package schema_test

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/enoki-go/enoki/schema"
)

// The schemas are checked against what encoding/json really writes.
func TestValuesAsWrittenAreValid(t *testing.T) {
	t.Parallel()
	three := 3
	for _, tt := range []struct {
		name  string
		value any
	}{
		{"nil pointer", (*point)(nil)},
		{"recursive", node{&node{&node{}}}},
		{"recursive by two", child{&parent{Left: &child{}}}},
		{"recursive map", tree{"a": {"b": nil}}},
		{"empty order", order{}},
		{"full order", order{ID: "a", Note: "n", At: time.Now(), Wait: 3, Quoted: 3, QuotedP: &three, NotQuote: []int{1}}},
		{"nil slice", page[point]{}},
		{"page", page[*point]{[]*point{nil, {1, 2}}}},
		{"bytes", []byte("hello")},
		{"nil bytes", []byte(nil)},
		{"map of ints", map[int]string{-1: "a"}},
		{"nil map", map[uint]string(nil)},
		{"own JSON", price{3}},
		{"own text", netip.MustParseAddr("::1")},
		{"big", big.NewInt(3)},
		{"number", json.Number("1.5")},
		{"raw", json.RawMessage(`[1,{}]`)},
		{"array of bytes", [2]byte{1, 255}},
		{"promoted", promoted{base{"a", "b"}, 3}},
		{"nested", nested{}},
		{"clash", clash{}},
		{"tagged", tagged{}},
		{"rivals", rivals{}},
		{"diamond", diamond{}},
		{"bytes that write text", []shade{1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := schema.Of(reflect.TypeOf(tt.value))
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(tt.value)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(t, s, string(text)); err != nil {
				t.Errorf("%s does not take %s: %v", s, text, err)
			}
		})
	}
}
