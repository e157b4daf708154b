package codec_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/codec"
)

func TestNormaliseGivesTheViewOfJSON(t *testing.T) {
	type word string
	at := time.Date(2024, 1, 1, 0, 0, 0, 5, time.UTC)
	for _, tt := range []struct{ in, want any }{
		{nil, nil},
		{"s", "s"},
		{true, true},
		{int8(-1), int64(-1)},
		{uint16(9), int64(9)},
		{uint64(math.MaxUint64), uint64(math.MaxUint64)},
		{float32(0.5), 0.5},
		{[]byte{255}, "/w=="},
		{at, "2024-01-01T00:00:00.000000005Z"},
		{word("w"), "w"},
		{json.Number("7"), int64(7)},
		{errors.New("e"), "e"},
		{map[any]any{1: []byte("a"), "b": map[any]any{true: nil}}, map[string]any{"1": "YQ==", "b": map[string]any{"true": nil}}},
		{[]any{[]string{"a"}, [2]int{1, 2}}, []any{[]any{"a"}, []any{int64(1), int64(2)}}},
		{[]any(nil), nil},
		{map[string]int(nil), nil},
		{1i, "(0+1i)"},
	} {
		if d := cmp.Diff(tt.want, codec.Normalise(tt.in)); d != "" {
			t.Error(tt.in, d)
		}
	}
}

func TestNormaliseLeavesItsArgumentAlone(t *testing.T) {
	in := map[string]any{"a": []any{[]byte("x")}}
	codec.Normalise(in)
	if d := cmp.Diff(map[string]any{"a": []any{[]byte("x")}}, in); d != "" {
		t.Error(d)
	}
}

func TestNormaliseEndsOnCyclicValues(t *testing.T) {
	ring := map[string]any{}
	ring["self"] = ring
	depth := 0
	for v, ok := codec.Normalise(ring).(map[string]any); ok; v, ok = v["self"].(map[string]any) {
		depth++
	}
	if depth < 32 || depth > 34 {
		t.Errorf("have %d levels, want about 32", depth)
	}
}
