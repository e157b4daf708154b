package codec_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/codec"
)

func TestMismatchNamesThePlaceInPlainWords(t *testing.T) {
	type deep struct {
		List []address `json:"list"`
		Key  uuid      `json:"key"`
		Base
	}
	var n int8
	var u uint64
	var s string
	var d deep
	var at time.Time
	for _, tt := range []struct {
		in   any
		into any
		want string
	}{
		{"x", &n, "argument 1: have a string, want an integer from -128 to 127"},
		{300, &n, "argument 1: have the number 300, want an integer from -128 to 127"},
		{-1, &u, "argument 1: have the number -1, want an integer that is not negative"},
		{true, &s, "argument 1: have a boolean, want a string"},
		{[]int{1}, &s, "argument 1: have an array, want a string"},
		{map[string]int{}, &n, "argument 1: have an object, want an integer from -128 to 127"},
		{map[string]any{"id": "x"}, &d, "argument 1, field id: have a string, want an integer"},
		{map[string]any{"list": 3}, &d, "argument 1, field list: have the number 3, want an array"},
	} {
		for name, c := range codecs {
			err := c.DecodeArray(encode(t, c, []any{tt.in}), []any{tt.into}, 1)
			if have := err.Error(); tidy(have) != tidy(tt.want) {
				t.Errorf("%s: have %q, want %q", name, have, tt.want)
			}
		}
	}
	for in, want := range map[*any]string{
		new(any(map[string]any{"list": []any{map[string]any{"zip": 500}}})): "field list[0].zip: have the number 500",
		new(any(map[string]any{"key": []byte("short")})):                    "field key: have bytes, want a codec_test.uuid: want 16 bytes",
	} {
		if err := codec.Msgpack.Decode(encode(t, codec.Msgpack, *in), &d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, want %q", err, want)
		}
	}
	err := codec.Msgpack.DecodeObject(encode(t, codec.Msgpack, map[string]any{"at": "noon"}), []string{"at"}, []any{&at}, nil)
	if want := `argument "at": have a string, want a time.Time`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("have %v, want %q", err, want)
	}
}

// tidy drops the value of a number, which the JSON library does not always tell.
func tidy(s string) string {
	before, after, ok := strings.Cut(s, "have the number")
	if _, want, _ := strings.Cut(after, ","); ok {
		return before + "have a number," + want
	}
	return s
}

func TestMalformedBytesAreNotAMismatch(t *testing.T) {
	for name, data := range map[string][]string{
		"msgpack": {"", "\xc1", "\xa5ab", "\x92\x01", "\x01\x01", "\xdd\xff\xff\xff\xff", "\xc7\x05\x01\xdf\xff\xff\xff"},
		"json":    {"", " ", "{", "[1", "[1}", "[,]", "[1,,2]", "[1 2]", "[1,]", `"a`, "1 2", "]", `{"a" 1}`, `{"a":}`, `{a:1}`, "[1] 2", "nul", `{"a":1}x`, `["\x"]`},
	} {
		c := codecs[name]
		for _, text := range data {
			var v any
			var s everything
			into := []any{&v, &s}
			for i, err := range []error{
				c.Decode([]byte(text), &v), c.Decode([]byte(text), &s),
				c.DecodeArray([]byte(text), []any{&v, &v, &v}, 0),
				c.DecodeObject([]byte(text), []string{"a", "b"}, into, func(int) bool { return true }),
			} {
				malformed, ok := errors.AsType[*codec.MalformedError](err)
				if _, mismatch := errors.AsType[*codec.MismatchError](err); ok == mismatch || !ok && i < 2 || ok && malformed.Offset > len(text) {
					t.Errorf("%s %q (%d): have %T %v", name, text, i, err, err)
				}
			}
		}
	}
}

type node struct {
	Next *node
	Any  any
}
type (
	selfPointer  *selfPointer
	selfEmbedder struct{ *selfEmbedder }
	selfList     []selfList
	panicker     struct{ A int }
)

func (panicker) MarshalText() ([]byte, error) { panic("boom") }
func (*panicker) UnmarshalText([]byte) error  { panic("boom") }

func TestValuesThatCannotBeEncodedAreRefused(t *testing.T) {
	ring := &node{}
	ring.Next = ring
	anyRing := &node{}
	anyRing.Any = map[string]any{"x": anyRing}
	var pointer selfPointer
	pointer = &pointer
	list := selfList{nil}
	list[0] = list
	var loop any
	loop = &loop
	mesh := &[2]any{}
	mesh[0], mesh[1] = mesh, mesh
	deep := any(1)
	for range 40 {
		deep = []any{deep}
	}
	for what, v := range map[string]any{
		"channel": make(chan int), "func": func() {}, "channel in a field": struct{ C chan int }{}, "channel in any": []any{make(chan int)},
		"ring": ring, "ring through any": anyRing, "pointer to itself": pointer, "list in itself": list, "any loop": loop, "mesh": mesh,
		"embeds itself": selfEmbedder{}, "too deep": deep, "too many": make([]bool, 70_000), "panic": panicker{}, "panic inside": map[string]any{"a": panicker{}},
		"complex": complex(1, 2), "bad number": json.Number("x"), "bad raw": json.RawMessage("{"),
	} {
		for name, c := range codecs {
			_, err := c.Append(nil, v)
			if e, ok := errors.AsType[*codec.EncodeError](err); !ok || e.Type == "" || strings.Contains(e.Reason, "msgpack:") || strings.Contains(e.Reason, "json:") {
				t.Errorf("%s %s: have %T %v", name, what, err, err)
			}
		}
	}
	if _, err := codec.JSON.Append(nil, []float64{math.NaN()}); err == nil || !strings.Contains(err.Error(), "NaN has no form in JSON") {
		t.Errorf("have %v", err)
	}
	if _, err := codec.Msgpack.Append(nil, ring); err == nil || !strings.Contains(err.Error(), "levels deep; is it cyclic?") {
		t.Errorf("have %v", err)
	}
	var e *codec.EncodeError
	if _, err := codec.Msgpack.Append(nil, struct{ In struct{ C chan int } }{}); !errors.As(err, &e) || !strings.Contains(e.Reason, "field In.C") {
		t.Errorf("have %v, want the path of the channel", err)
	}
}

func TestTypesThatLeadToThemselvesAreFineWhileValuesEnd(t *testing.T) {
	for name, c := range codecs {
		want := node{Next: &node{Next: &node{Any: "end"}}}
		var have node
		roundTrip(t, c, want, &have)
		if d := cmp.Diff(want, have); d != "" {
			t.Error(name, d)
		}
	}
}

func TestDecodeNeverPanicsAndRecoversFromUsersPanics(t *testing.T) {
	for name, c := range codecs {
		var p panicker
		err := c.Decode(encode(t, c, "x"), &p)
		if _, ok := errors.AsType[*codec.MismatchError](err); !ok || !strings.Contains(err.Error(), "boom") {
			t.Errorf("%s: have %v", name, err)
		}
		var n *int
		for _, into := range []any{nil, 3, n, "x", new(selfPointer), new(selfEmbedder), new(chan int)} {
			if err := c.Decode(encode(t, c, 1), into); err == nil {
				t.Errorf("%s: have no error decoding into %T", name, into)
			}
		}
		var s string
		if err := c.Decode(encode(t, c, "after"), &s); err != nil || s != "after" {
			t.Errorf("%s: have %q, %v after the panics", name, s, err)
		}
	}
}
