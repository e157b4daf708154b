package codec_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/fault"
)

func TestCodecForKnowsItsContentTypes(t *testing.T) {
	for in, want := range map[string]codec.Codec{
		"": codec.JSON, "application/json": codec.JSON, "Application/JSON; charset=utf-8": codec.JSON,
		"application/msgpack": codec.Msgpack, "application/x-msgpack; v=5": codec.Msgpack,
	} {
		if have, err := codec.For(in); err != nil || have != want {
			t.Errorf("%q: have %v, %v", in, have, err)
		}
	}
	for _, in := range []string{"text/plain", "application/jsonx", ";"} {
		_, err := codec.For(in)
		if fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), `"`+in+`"`) || !strings.Contains(err.Error(), "application/msgpack or application/json") {
			t.Errorf("%q: have %v", in, err)
		}
	}
}

func encode(tb testing.TB, c codec.Codec, v any) []byte {
	tb.Helper()
	data, err := c.Append(nil, v)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestDecodeArrayFillsByPosition(t *testing.T) {
	for name, c := range codecs {
		var s string
		var n int
		last := 9
		data := encode(t, c, []any{"a,]\"", 2})
		if err := c.DecodeArray(data, []any{&s, &n, &last}, 2); err != nil || s != "a,]\"" || n != 2 || last != 9 {
			t.Errorf("%s: have %q %d %d, %v", name, s, n, last, err)
		}
		for _, into := range [][]any{{&s}, {&s, &n, &last}} {
			have, ok := errors.AsType[*codec.ArityError](c.DecodeArray(data, into, len(into)))
			if want := (codec.ArityError{Have: 2, Min: len(into), Max: len(into)}); !ok || *have != want {
				t.Errorf("%s: have %v, want %v", name, have, want)
			}
		}
		if err := c.DecodeArray(encode(t, c, []int{}), nil, 0); err != nil {
			t.Error(name, err)
		}
	}
}

func TestDecodeObjectFillsByName(t *testing.T) {
	names := []string{"from", "to", "via"}
	for name, c := range codecs {
		var from, to string
		var via []string
		into := []any{&from, &to, &via}
		data := encode(t, c, map[string]any{"to": "B{\"", "from": "A"})
		if err := c.DecodeObject(data, names, into, func(i int) bool { return i == 2 }); err != nil || from != "A" || to != "B{\"" {
			t.Errorf("%s: have %q %q, %v", name, from, to, err)
		}
		missing, ok := errors.AsType[*codec.MissingError](c.DecodeObject(data, names, into, nil))
		if !ok || missing.Name != "via" {
			t.Errorf("%s: have %v, want via missing", name, missing)
		}
		unknown, ok := errors.AsType[*codec.NameError](c.DecodeObject(data, names[:1], into, nil))
		if !ok || unknown.Have != "to" || len(unknown.Known) != 1 {
			t.Errorf("%s: have %v, want to unknown", name, unknown)
		}
	}
}

func TestShapeTellsWithoutDecoding(t *testing.T) {
	for name, c := range codecs {
		for _, tt := range []struct {
			v    any
			kind codec.Kind
			n    int
		}{
			{nil, codec.KindNil, 0},
			{"[", codec.KindScalar, 0},
			{-1, codec.KindScalar, 0},
			{true, codec.KindScalar, 0},
			{time.Time{}, codec.KindScalar, 0},
			{[]any{}, codec.KindArray, 0},
			{make([]string, 20), codec.KindArray, 20},
			{[]string{strings.Repeat("x", 70_000)}, codec.KindArray, 1},
			{map[string]int{}, codec.KindObject, 0},
			{map[string]any{"a": []any{map[string]int{"z": 1}}, "b,": 2}, codec.KindObject, 2},
		} {
			if s := c.Shape(encode(t, c, tt.v)); s.Kind != tt.kind || s.Len != tt.n || s.Has("nobody") {
				t.Errorf("%s %v: have %v, %d", name, tt.v, s.Kind, s.Len)
			}
		}
		s := c.Shape(encode(t, c, map[string]any{"a": []any{map[string]int{"z": 1}}, "b,": 2}))
		if !s.Has("a") || !s.Has("b,") || s.Has("z") {
			t.Errorf("%s: have %v %v %v, want true true false", name, s.Has("a"), s.Has("b,"), s.Has("z"))
		}
		for _, bad := range []string{"", "\xdd\xff\xff\xff\xff", "\xc1"} {
			if s := c.Shape([]byte(bad)); s.Kind != codec.KindUnknown || s.Has("") {
				t.Errorf("%s %q: have %v", name, bad, s.Kind)
			}
		}
	}
}

func TestCodecsServeManyGoroutinesAtOnce(t *testing.T) {
	type fresh struct {
		N int32          `json:"n"`
		M map[string]any `json:"m"`
	}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			for name, c := range codecs {
				want := fresh{int32(i), map[string]any{"i": int64(i)}}
				var have fresh
				data, err := c.Append(nil, want)
				if err := errors.Join(err, c.Decode(data, &have)); err != nil || !cmp.Equal(want, have) {
					t.Errorf("%s: have %v, %v, want %v", name, have, err, want)
				}
			}
		})
	}
	wg.Wait()
}
