package contextdata

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"testing"
	"time"
)

// Whatever a caller sends as context data: what is taken is the value that the text says,
// by the word of package strconv.
func FuzzTexts(f *testing.F) {
	for _, seed := range []string{"", "7", "-7", "300", "true", "T", "1e400", "NaN", "30s", "1h1h", "9223372036854775808", "0x10", " 1", "1_000", "\x00", "ö"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		check(t, text, func(text string) (string, error) { return text, nil })
		check(t, text, strconv.ParseBool)
		check(t, text, time.ParseDuration)
		check(t, text, func(text string) (int8, error) { n, err := strconv.ParseInt(text, 10, 8); return int8(n), err })
		check(t, text, func(text string) (uint64, error) { return strconv.ParseUint(text, 10, 64) })
		check(t, text, func(text string) (float32, error) { x, err := strconv.ParseFloat(text, 32); return float32(x), err })
	})
}

// check compares what a field of type T takes with what it should.
func check[T any](t *testing.T, text string, read func(string) (T, error)) {
	t.Helper()
	parse, want := parserOf(reflect.TypeFor[T]())
	var have T
	err := parse(text, reflect.ValueOf(&have).Elem())
	should, bad := read(text)
	if (err == nil) != (bad == nil) || want == "" {
		t.Errorf("%q as %T: have %v, want %v", text, have, err, bad)
	}
	if x, ok := any(have).(float32); ok && math.IsNaN(float64(x)) {
		return
	}
	if err == nil && fmt.Sprint(have) != fmt.Sprint(should) {
		t.Errorf("%q: have %v, want %v", text, have, should)
	}
}
