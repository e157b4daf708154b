package codec_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/codec"
)

var codecs = map[string]codec.Codec{"msgpack": codec.Msgpack, "json": codec.JSON}

type uuid [16]byte

func (u uuid) MarshalText() ([]byte, error) {
	return []byte(strings.Repeat("x", 3) + string(u[:])), nil
}
func (u *uuid) UnmarshalText(b []byte) error  { return u.UnmarshalBinary(b[3:]) }
func (u uuid) MarshalBinary() ([]byte, error) { return u[:], nil }
func (u *uuid) UnmarshalBinary(b []byte) error {
	if len(b) != 16 {
		return errors.New("want 16 bytes")
	}
	copy(u[:], b)
	return nil
}

type money struct{ cents int64 }

func (m money) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]int64{"cents": m.cents}) }

func (m *money) UnmarshalJSON(b []byte) error {
	var wire struct{ Cents int64 }
	err := json.Unmarshal(b, &wire)
	m.cents = wire.Cents
	return err
}

type Base struct {
	ID   int64  `json:"id"`
	Note string `json:"note,omitempty"`
}

type address struct {
	Zip  int8   `json:"zip"`
	Tags []bool `json:"tags"`
}

type everything struct {
	Base
	Name    string            `json:"name"`
	When    time.Time         `json:"when"`
	Wait    time.Duration     `json:"wait"`
	Data    []byte            `json:"data"`
	Key     uuid              `json:"key"`
	Addr    *address          `json:"addr"`
	Nobody  *address          `json:"nobody"`
	Counts  map[int]string    `json:"counts"`
	Nil     map[string]int    `json:"nil"`
	Empty   []string          `json:"empty"`
	NilList []string          `json:"nil_list"`
	Raw     json.RawMessage   `json:"raw"`
	Number  json.Number       `json:"number"`
	Price   money             `json:"price"`
	Prices  map[string]*money `json:"prices"`
	Huge    *big.Int          `json:"huge"`
	Direct  big.Int           `json:"direct"`
	Any     any               `json:"any"`
	Anys    []any             `json:"anys"`
	F32     float32           `json:"f32"`
	U64     uint64            `json:"u64"`
	I8      int8              `json:"i8"`
	Four    [4]byte           `json:"four"`
	Secret  string            `json:"-"`
	_       int
}

func sample() everything {
	return everything{
		Base: Base{ID: 7}, Name: "a <b> é", When: time.Date(2024, 2, 29, 1, 2, 3, 4, time.UTC), Wait: 3 * time.Second,
		Data: []byte{0, 255}, Key: uuid{1, 2, 3}, Addr: &address{Zip: -3, Tags: []bool{true, false}},
		Counts: map[int]string{-1: "a", 300: "b"}, Empty: []string{}, Raw: json.RawMessage(`{"a":[1,null,"x"]}`),
		Number: "12.5", Price: money{599}, Prices: map[string]*money{"x": {1}, "y": nil},
		Huge: new(big.Int).Lsh(big.NewInt(1), 100), Direct: *big.NewInt(5),
		Any:  map[string]any{"n": int64(200), "l": []any{int64(-1), 1.5, "s", nil, true}},
		Anys: []any{int64(70000), uint64(math.MaxUint64), map[string]any{}},
		F32:  1.25, U64: math.MaxUint64, I8: -128, Four: [4]byte{1, 2, 3, 4},
	}
}

func compareAll() cmp.Option {
	return cmp.Options{
		cmp.AllowUnexported(money{}, everything{}),
		cmp.Comparer(func(a, b big.Int) bool { return a.Cmp(&b) == 0 }),
	}
}

func TestBothCodecsGiveBackEqualStructs(t *testing.T) {
	for name, c := range codecs {
		t.Run(name, func(t *testing.T) {
			want := sample()
			var have everything
			roundTrip(t, c, want, &have)
			if d := cmp.Diff(want, have, compareAll()); d != "" {
				t.Error(d)
			}
		})
	}
}

func roundTrip(t *testing.T, c codec.Codec, v, into any) {
	t.Helper()
	data, err := c.Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Decode(data, into); err != nil {
		t.Fatalf("%v in %q", err, data)
	}
}

func TestValuesThatAnyKindOfCallMaySendComeBackEqual(t *testing.T) {
	type inner struct{ *Base }
	at := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, v := range []any{
		"", "é", true, 0, -1, 127, 128, int64(math.MaxInt64), int64(math.MinInt64), int8(-128), uint8(255), uint16(65535), uint32(1 << 31), int16(-300), int32(math.MinInt32),
		uint64(math.MaxUint64), 0.5, float32(0.25), math.MaxFloat64,
		[]int{1, -2, 70000},
		[3]string{"a", "b", "c"},
		map[string]string{"a": "b"},
		map[uint8]bool{3: true},
		[]byte("bytes"), []byte(nil),
		[][]byte{{1}, nil, {}},
		at, time.Minute,
		uuid{9},
		&Base{ID: 1}, (*Base)(nil),
		money{3},
		[]money{{1}, {2}},
		map[string]money{"a": {4}},
		inner{&Base{ID: 3, Note: "n"}},
		[]*int{nil, new(5)},
		json.RawMessage(`[1]`), json.Number("-3"),
		[]json.RawMessage{json.RawMessage(`"x"`)},
		[][][]string{{{"a"}}, {}},
		map[string][]map[string]int{"a": {{"b": 1}}},
		strings.Repeat("x", 70_000),
		[]any{},
		map[string]any{},
		struct{}{},
		struct{ A any }{nil},
		struct{ A any }{"s"},
		struct{ A, B any }{int64(200), []any{int64(300), -1.5}},
	} {
		for name, c := range codecs {
			t.Run(name+" "+reflect.TypeOf(v).String(), func(t *testing.T) {
				have := reflect.New(reflect.TypeOf(v))
				roundTrip(t, c, v, have.Interface())
				if d := cmp.Diff(v, have.Elem().Interface(), cmp.AllowUnexported(money{}), cmp.AllowUnexported(inner{})); d != "" {
					t.Error(d)
				}
			})
		}
	}
}

func TestDecodeIntoAnyGivesTheSameViewFromBothCodecs(t *testing.T) {
	v := map[string]any{"a": 1, "b": 200, "c": -70000, "d": uint64(math.MaxUint64), "e": 1.5, "f": "s", "g": nil, "h": []any{uint8(3), false}, "i": map[string]int{"x": 1}}
	want := map[string]any{"a": int64(1), "b": int64(200), "c": int64(-70000), "d": uint64(math.MaxUint64), "e": 1.5, "f": "s", "g": nil, "h": []any{int64(3), false}, "i": map[string]any{"x": int64(1)}}
	for name, c := range codecs {
		var plain any
		roundTrip(t, c, v, &plain)
		var field struct{ V any }
		roundTrip(t, c, struct{ V any }{v}, &field)
		var list []any
		roundTrip(t, c, []any{v}, &list)
		if d := cmp.Diff([]any{want, want, want}, []any{plain, field.V, list[0]}); d != "" {
			t.Error(name, d)
		}
	}
}

func TestDocumentedDifferencesOfTheCodecs(t *testing.T) {
	at := time.Date(2024, 1, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	for _, tt := range []struct{ in, msgpack, json any }{
		{[]byte{255}, []byte{255}, "/w=="},
		{at, at.UTC(), "2024-01-01T12:00:00+01:00"},
		{uuid{65}, append([]byte{65}, make([]byte, 15)...), "xxxA" + strings.Repeat("\x00", 15)},
		{2.0, 2.0, int64(2)},
		{map[int]string{3: "x"}, map[string]any{"3": "x"}, map[string]any{"3": "x"}},
		{money{2}, map[string]any{"cents": int64(2)}, map[string]any{"cents": int64(2)}},
	} {
		var m, j any
		roundTrip(t, codec.Msgpack, tt.in, &m)
		roundTrip(t, codec.JSON, tt.in, &j)
		if d := cmp.Diff([]any{tt.msgpack, tt.json}, []any{m, j}); d != "" {
			t.Error(tt.in, d)
		}
	}
}

func TestAppendWritesAfterWhatIsThereWithoutMovingIt(t *testing.T) {
	for name, c := range codecs {
		room := append(make([]byte, 0, 100), "head"...)
		out, err := c.Append(room, Base{ID: 1})
		if err != nil || !strings.HasPrefix(string(out), "head") || &out[0] != &room[0] {
			t.Errorf("%s: have %q, %v", name, out, err)
		}
		if out, err := c.Append(room, make(chan int)); err == nil || string(out) != "head" {
			t.Errorf("%s: have %q, %v after a refusal", name, out, err)
		}
	}
}
