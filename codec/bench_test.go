package codec_test

import (
	"testing"

	"github.com/enoki-go/enoki/codec"
)

type order struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Price float64  `json:"price"`
	Paid  bool     `json:"paid"`
	Tags  []string `json:"tags,omitempty"`
}

func BenchmarkAppend(b *testing.B) {
	for name, c := range codecs {
		for what, v := range map[string]any{"string": "hello, world", "struct": &order{1, "name", 1.5, true, nil}, "any": map[string]any{"a": 1, "b": "x"}} {
			b.Run(name+"/"+what, func(b *testing.B) {
				dst := make([]byte, 0, 256)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Append(dst, v); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, c := range codecs {
		for what, tt := range map[string]struct {
			v    any
			into func() any
		}{
			"string": {"hello, world", func() any { return new(string) }},
			"struct": {order{1, "name", 1.5, true, nil}, func() any { return new(order) }},
			"any":    {map[string]any{"a": 1, "b": "x"}, func() any { return new(any) }},
		} {
			b.Run(name+"/"+what, func(b *testing.B) {
				data := encode(b, c, tt.v)
				b.ReportAllocs()
				for b.Loop() {
					if err := c.Decode(data, tt.into()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkDecodeArray(b *testing.B) {
	for name, c := range codecs {
		b.Run(name, func(b *testing.B) {
			data := encode(b, c, []any{"hello", 42})
			var s string
			var n int
			into := []any{&s, &n}
			b.ReportAllocs()
			for b.Loop() {
				if err := c.DecodeArray(data, into, 2); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGuard measures the guard with what surrounds it: an array for a
// string fails right after it.
func BenchmarkGuard(b *testing.B) {
	data := encode(b, codec.Msgpack, order{1, "name", 1.5, true, []string{"a", "b"}})
	b.ReportAllocs()
	for b.Loop() {
		if s := codec.Msgpack.Shape(data); s.Kind != codec.KindObject {
			b.Fatal(s.Kind)
		}
	}
}
