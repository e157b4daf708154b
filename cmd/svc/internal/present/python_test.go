package present_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

// What is wanted here is what Python 3 prints.
func TestQuoteIsPythons(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Hello, world!": `'Hello, world!'`,
		"it's":          `"it's"`,
		`say "hi"`:      `'say "hi"'`,
		`it's "x"`:      `'it\'s "x"'`,
		"a\\b\n\r\t":    `'a\\b\n\r\t'`,
		"\x00\x1b\x7f":  `'\x00\x1b\x7f'`,
		"grüße 世界 😀":    `'grüße 世界 😀'`,
		"\u00a0\u2028":  `'\xa0\u2028'`,
		"\U000e0001":    `'\U000e0001'`,
		"\xff":          `'\xff'`,
		"\ufffd":        "'\ufffd'",
		"":              `''`,
	} {
		if have := present.Quote(in); have != want {
			t.Errorf("%q: have %s, want %s", in, have, want)
		}
	}
}

func TestQuoteBytesIsPythons(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"abc":       `b'abc'`,
		"it's":      `b"it's"`,
		"\x00ü\n\\": `b'\x00\xc3\xbc\n\\'`,
		"~\x7f":     `b'~\x7f'`,
	} {
		if have := present.QuoteBytes(in); have != want {
			t.Errorf("%q: have %s, want %s", in, have, want)
		}
	}
}

func TestFloatIsPythons(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   float64
		want string
	}{
		{0, "0.0"},
		{math.Copysign(0, -1), "-0.0"},
		{1, "1.0"},
		{-2.5, "-2.5"},
		{0.1, "0.1"},
		{0.0001, "0.0001"},
		{0.00001, "1e-05"},
		{9999999999999998, "9999999999999998.0"},
		{1e16, "1e+16"},
		{1.5e300, "1.5e+300"},
		{5e-324, "5e-324"},
		{math.NaN(), "nan"},
		{math.Inf(1), "inf"},
		{math.Inf(-1), "-inf"},
	} {
		if have := present.Float(tt.in); have != tt.want {
			t.Errorf("%v: have %s, want %s", tt.in, have, tt.want)
		}
	}
}

func FuzzFloatIsReadBack(f *testing.F) {
	f.Add(0.1)
	f.Add(1e16)
	f.Fuzz(func(t *testing.T, x float64) {
		back, err := strconv.ParseFloat(present.Float(x), 64)
		if err != nil || back != x && !math.IsNaN(x) {
			t.Errorf("%s: have %v (%v), want %v", present.Float(x), back, err, x)
		}
	})
}
