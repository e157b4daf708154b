package present_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
)

func TestSafeTextIsOneLineThatATerminalOnlyShows(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"sold out":               "sold out",
		`it's "x" \ grüße 世界 😀`:  `it's "x" \ grüße 世界 😀`,
		"\x1b[2J\x1b]0;x\x07":    `\x1b[2J\x1b]0;x\x07`,
		"a\nsvc: b\r\tc":         `a\nsvc: b\r\tc`,
		"\u009b31m\x9b31m\x7f":   `\x9b31m\x9b31m\x7f`,
		"\u202egnp\u2028\u200b":  `\u202egnp\u2028\u200b`,
		"\x00\u00a0\U000e0001":   `\x00\xa0\U000e0001`,
		"\ufffd":                 "\ufffd",
		"":                       "",
		strings.Repeat("x", 3e5): strings.Repeat("x", 3e5),
	} {
		if have := present.Safe(in); have != want {
			t.Errorf("%.80q: have %.80s, want %.80s", in, have, want)
		}
	}
}

func TestSafeLinesKeepsLines(t *testing.T) {
	t.Parallel()
	if have, want := present.SafeLines("a\x1bb\n  c\r\n"), "a\\x1bb\n  c\\r\n"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

func TestSafeJSONSaysTheSame(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"a":"b\u001b"}`:                       `{"a":"b\u001b"}`,
		"{\n  \"a\": \"\u009b2J\x7f\u202e\"\n}": "{\n  \"a\": \"\\u009b2J\\u007f\\u202e\"\n}",
		"\"grüße 世界 😀\u00a0\"":                  "\"grüße 世界 😀\u00a0\"",
		"\"\x9b2J\"":                            `"\ufffd2J"`,
	} {
		have := string(present.SafeJSON([]byte(in)))
		if have != want {
			t.Errorf("%q: have %q, want %q", in, have, want)
		}
		var a, b any
		if json.Unmarshal([]byte(in), &a) != nil || json.Unmarshal([]byte(have), &b) != nil {
			t.Fatalf("%q: not JSON", have)
		}
		if x, y := present.Quote(string(must(json.Marshal(a)))), present.Quote(string(must(json.Marshal(b)))); x != y {
			t.Errorf("%q: says %s, not %s", in, y, x)
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func FuzzSafeTextHasNoControlCharacters(f *testing.F) {
	f.Add("\x1b[2J\u009b\x9b\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		for _, have := range []string{present.Safe(s), strings.ReplaceAll(present.SafeLines(s), "\n", "")} {
			if i := strings.IndexFunc(have, unicode.IsControl); i >= 0 {
				t.Errorf("%q: have %q", s, have)
			}
		}
	})
}
