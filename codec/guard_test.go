package codec_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/enoki-go/enoki/codec"
)

func repeat(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestBombsAreRefusedBeforeAnythingIsAllocated(t *testing.T) {
	for name, data := range map[string][]byte{
		"array of four thousand million":  {0xdd, 0xff, 0xff, 0xff, 0xff},
		"map of four thousand million":    {0xdf, 0xff, 0xff, 0xff, 0xff},
		"string of four thousand million": {0xdb, 0xff, 0xff, 0xff, 0xff},
		"bytes of four thousand million":  {0xc6, 0xff, 0xff, 0xff, 0xff},
		"extension of the same size":      {0xc9, 0xff, 0xff, 0xff, 0xff, 1},
		"8 MiB of nested arrays":          repeat(0x91, 8<<20),
		"8 MiB of nested maps":            bytes.Repeat([]byte{0x81, 0xa0}, 4<<20),
		"8 MiB of items":                  append([]byte{0xdd, 0, 0x80, 0, 0}, repeat(0xc0, 8<<20)...),
		"promises in a chain":             bytes.Repeat([]byte{0xdc, 0x00, 0xff}, 31),
	} {
		for _, into := range []any{new(any), new([]any), new(map[string]any), new(everything), new(string)} {
			var err error
			used := allocated(func() { err = codec.Msgpack.Decode(data, into) })
			if _, ok := errors.AsType[*codec.MalformedError](err); !ok || used > 16<<10 {
				t.Errorf("%s into %T: have %d bytes allocated, error %v", name, into, used, err)
			}
		}
	}
	for name, text := range map[string]string{
		"8 MiB of brackets": strings.Repeat("[", 8<<20), "8 MiB of braces": strings.Repeat(`{"":`, 2<<20),
		"8 MiB of items": "[" + strings.Repeat("0,", 4<<20) + "0]",
	} {
		var err error
		used := allocated(func() { err = codec.JSON.Decode([]byte(text), new(any)) })
		if _, ok := errors.AsType[*codec.MalformedError](err); !ok || used > 9<<20 { // the conversion of text is in it
			t.Errorf("%s: have %d bytes allocated, error %v", name, used, err)
		}
	}
}

// Found by fuzzing: after the key had been refused, its inside was read as the
// header of an array for the value.
func TestRefusedKeysAreNotReadOnIntoValues(t *testing.T) {
	data := []byte("\x82\xca\xdd\x80\x00 \xff\xff\xcc\x7f")
	err := codec.Msgpack.Decode(data, new(map[string][]any))
	if _, ok := errors.AsType[*codec.MismatchError](err); !ok {
		t.Errorf("have %v, want a mismatch", err)
	}
}

// astray goes on after an error, which leaves the decoder inside a value.
type astray struct{ list []any }

func (a *astray) DecodeMsgpack(d *msgpack.Decoder) error {
	_, _ = d.DecodeString()
	return d.DecodeValue(reflect.ValueOf(&a.list).Elem())
}

func TestUnmarshalersThatGoAstrayDoNotReachTheBombs(t *testing.T) {
	var err error
	used := allocated(func() { err = codec.Msgpack.Decode([]byte("\x92\xca\xdd\x80\x00 \xff"), &[]astray{}) })
	if err == nil || used > 64<<10 {
		t.Errorf("have %d bytes allocated, error %v", used, err)
	}
}

// The library skips the header of an extension where it wants a map, and then
// takes what is inside the extension for the header of a map.
func TestExtensionsDoNotSmuggleMapHeadersPastTheGuard(t *testing.T) {
	bomb := []byte{0xc7, 0x0c, 0xff, 0xdf, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0}
	type named map[string]string
	for _, into := range []any{
		new(map[string]any), new(map[string]string), new(map[string]bool), new(map[int]int), new(named), new(struct{ M map[string]any }),
	} {
		data := bomb
		if _, ok := into.(*struct{ M map[string]any }); ok {
			data = append([]byte{0x81, 0xa1, 'M'}, bomb...)
		}
		if err := codec.Msgpack.Decode([]byte{0xc0}, into); err != nil { // what is learned about a type is not the message's
			t.Fatal(err)
		}
		var err error
		used := allocated(func() { err = codec.Msgpack.Decode(data, into) })
		if _, ok := errors.AsType[*codec.MismatchError](err); !ok || used > 16<<10 {
			t.Errorf("%T: have %d bytes allocated, error %v", into, used, err)
		}
	}
}

func TestGuardFollowsEveryFormatByte(t *testing.T) {
	payload := map[byte]int{
		0xca: 4, 0xcb: 8, 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8, 0xd4: 2, 0xd5: 3, 0xd6: 5, 0xd7: 9, 0xd8: 17,
	}
	for c := range 256 {
		body := []byte{byte(c)}
		switch b := byte(c); {
		case b >= 0x80 && b < 0x90:
			body = append(body, repeat(0xa0, int(b&15)*2)...)
		case b >= 0x90 && b < 0xa0:
			body = append(body, repeat(0xc0, int(b&15))...)
		case b >= 0xa0 && b < 0xc0:
			body = append(body, repeat('x', int(b&31))...)
		case b == 0xc4, b == 0xd9:
			body = append(body, 2, 'x', 'x')
		case b == 0xc5, b == 0xda:
			body = append(body, 0, 2, 'x', 'x')
		case b == 0xc6, b == 0xdb:
			body = append(body, 0, 0, 0, 2, 'x', 'x')
		case b == 0xc7:
			body = append(body, 2, 5, 'x', 'x')
		case b == 0xc8:
			body = append(body, 0, 2, 5, 'x', 'x')
		case b == 0xc9:
			body = append(body, 0, 0, 0, 2, 5, 'x', 'x')
		case b == 0xdc:
			body = append(body, 0, 1, 0xc0)
		case b == 0xdd:
			body = append(body, 0, 0, 0, 1, 0xc0)
		case b == 0xde:
			body = append(body, 0, 1, 0xa0, 0xc0)
		case b == 0xdf:
			body = append(body, 0, 0, 0, 1, 0xa0, 0xc0)
		default:
			body = append(body, repeat(0, payload[b])...)
		}
		refused := func(data []byte) bool {
			_, malformed := errors.AsType[*codec.MalformedError](codec.Msgpack.Decode(data, new(any)))
			return malformed
		}
		if have, want := refused(body), c == 0xc1; have != want {
			t.Errorf("%x: have refused %v, want %v", body, have, want)
		}
		if !refused(append(body, 0)) {
			t.Errorf("%x: a byte after it is accepted", body)
		}
		for cut := range body {
			if !refused(body[:cut]) {
				t.Errorf("%x: accepted although it is cut off after %d bytes", body, cut)
			}
		}
	}
}

func TestGuardAllowsExactlyTheLimits(t *testing.T) {
	list := func(n int) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{0xdd}, uint32(n)), repeat(1, n)...)
	}
	for _, tt := range []struct {
		c    string
		data []byte
		ok   bool
	}{
		{"msgpack", append(repeat(0x91, 32), 1), true},
		{"msgpack", append(repeat(0x91, 33), 1), false},
		{"msgpack", list(65_535), true},
		{"msgpack", list(65_536), false},
		{"json", []byte(strings.Repeat("[", 32) + strings.Repeat("]", 32)), true},
		{"json", []byte(strings.Repeat("[", 33) + strings.Repeat("]", 33)), false},
		{"json", []byte("[" + strings.Repeat("0,", 65_534) + "0]"), true},
		{"json", []byte("[" + strings.Repeat("0,", 65_535) + "0]"), false},
		{"json", []byte(`["` + strings.Repeat(`[{,:\"`, 50_000) + `"]`), true},
	} {
		if err := codecs[tt.c].Decode(tt.data, new(any)); (err == nil) != tt.ok {
			t.Errorf("%s %.40q…: have %v, want ok %v", tt.c, tt.data, err, tt.ok)
		}
	}
}

func TestNumbersThatDoNotFitAreNotCut(t *testing.T) {
	type age uint8
	for _, tt := range []struct{ in, into any }{
		{128, new(int8)},
		{-1, new(uint)},
		{256, new(age)},
		{int64(1 << 40), new(int32)},
		{uint64(1 << 63), new(int)},
		{1.5, new(int)},
		{1e300, new(float32)},
		{time.Hour, new(int16)},
	} {
		for name, c := range codecs {
			if _, ok := errors.AsType[*codec.MismatchError](c.Decode(encode(t, c, tt.in), tt.into)); !ok {
				t.Errorf("%s: %v fits %T", name, tt.in, tt.into)
			}
		}
	}
	for name, c := range codecs {
		var f float32
		if err := c.Decode(encode(t, c, 0.5), &f); err != nil || f != 0.5 {
			t.Error(name, fmt.Sprint(f), err)
		}
	}
}
