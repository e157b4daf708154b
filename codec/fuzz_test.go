package codec_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/codec"
)

// A map of one entry costs two bytes of message and 336 bytes of memory, which
// is the worst there is; an interface to hold it costs 16.
const worstPerByte, fixedCost = 192, 64 << 10

func seed(f *testing.F, c codec.Codec) {
	f.Helper()
	for _, v := range []any{nil, 1, -70000, "s", 1.5, []any{1, "a", map[string]any{"b": nil}}, sample(), map[int]string{1: "x"}} {
		f.Add(encode(f, c, v))
	}
	for _, s := range []string{
		"\xdd\xff\xff\xff\xff", "\x91\x91\x91\x90", "\xc7\x0c\xff\xdf\xff\xff\xff\xff0000000", "\xd6\xff0000", "\xc7\x01\x80\x01", "[[[", `{"a":1}`, "1 2",
		"\x81\xa4data\xc4\x01x", "\x82\xa3any\xd4\x05\x01\xa2i8\xcc\xff",
	} {
		f.Add([]byte(s))
	}
}

// check decodes data into a value of every sort and looks at memory and errors.
func check(t *testing.T, c codec.Codec, data []byte) {
	t.Helper()
	var v any
	var err error
	used := allocated(func() { err = c.Decode(data, &v) })
	if used > uint64(len(data))*worstPerByte+fixedCost {
		t.Errorf("have %d bytes allocated for %d", used, len(data))
	}
	malformed, ok := errors.AsType[*codec.MalformedError](err)
	if ok && (malformed.Offset < 0 || malformed.Offset > len(data)) {
		t.Errorf("have offset %d of %d", malformed.Offset, len(data))
	}
	for _, into := range []any{new(everything), new(node), new(map[int]string), new([]address), new(string), new(int8), new(map[string][]any)} {
		other := c.Decode(data, into)
		_, mismatch := errors.AsType[*codec.MismatchError](other)
		if _, also := errors.AsType[*codec.MalformedError](other); ok != also || other != nil && mismatch == also {
			t.Errorf("%T: have %v, and %v into any", into, other, err)
		}
	}
	if s := c.Shape(data); err == nil && s.Kind == codec.KindUnknown {
		t.Errorf("have no shape for %#v", v)
	}
	if err == nil {
		again(t, c, v)
	}
}

// again encodes what was decoded and compares what comes back.
func again(t *testing.T, c codec.Codec, v any) {
	t.Helper()
	data, err := c.Append(nil, v)
	if err != nil {
		return // NaN in JSON, or one level more than allowed
	}
	var back any
	if err := c.Decode(data, &back); err != nil {
		t.Fatal(err)
	}
	one, oneErr := json.Marshal(codec.Normalise(v))
	two, twoErr := json.Marshal(codec.Normalise(back))
	if d := cmp.Diff(string(one), string(two)); d != "" || (oneErr == nil) != (twoErr == nil) {
		t.Error(d, oneErr, twoErr)
	}
}

func FuzzMsgpackGuardAgainstTheLibrary(f *testing.F) {
	seed(f, codec.Msgpack)
	f.Fuzz(func(t *testing.T, data []byte) { check(t, codec.Msgpack, data) })
}

func FuzzJSONGuardAgainstTheLibrary(f *testing.F) {
	seed(f, codec.JSON)
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, codec.JSON, data)
		if codec.JSON.Decode(data, new(json.RawMessage)) == nil && !json.Valid(data) {
			t.Error("accepted what is not JSON")
		}
	})
}

func FuzzArgumentsOfBothCodecs(f *testing.F) {
	seed(f, codec.Msgpack)
	seed(f, codec.JSON)
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, c := range codecs {
			var whole []any
			var a, b any
			err := c.DecodeArray(data, []any{&a, &b}, 0)
			if err == nil && c.Decode(data, &whole) != nil {
				t.Errorf("%s: the parts are accepted, the whole is not", name)
			}
			if s := c.Shape(data); err == nil && (s.Kind != codec.KindArray || s.Len != len(whole)) {
				t.Errorf("%s: have shape %v %d", name, s.Kind, s.Len)
			}
			var object map[string]any
			err = c.DecodeObject(data, []string{"a", "any"}, []any{&a, &b}, func(int) bool { return true })
			if err == nil && c.Decode(data, &object) != nil {
				t.Errorf("%s: the entries are accepted, the whole is not", name)
			}
		}
	})
}
