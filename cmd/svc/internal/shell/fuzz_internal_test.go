package shell

import (
	"fmt"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/codec"
)

// Whatever a service answers becomes a value of the language, and what becomes of that is
// the same answer.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-1,1.5,null,true,"x"],"b":{}}`, `18446744073709551615`, `-9223372036854775808`, `1e300`, `[[[[]]]]`, `"\u0000\ud800"`, `1.0`, `-0.0`, strings.Repeat("[", 31) + strings.Repeat("]", 31),
		"\x81\x01\x02", "\x82\xa1a\x01\xa1a\x02", "\xc4\x02ab", "\xd6\xff\x00\x00\x00\x01", "\x81\xc0\x01", "\xcb\x7f\xf8\x00\x00\x00\x00\x00\x01", "\x92\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xd3\x80\x00\x00\x00\x00\x00\x00\x00",
		"\x81\x91\x01\x02", "\xdd\xff\xff\xff\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var decoded any
		if c, err := codec.Of("", data); err != nil || c.Decode(data, &decoded) != nil {
			return
		}
		v, err := toStarlark(decoded)
		if err != nil {
			return // a key that the language has none of, such as a list
		}
		if text := repr(v); text == "" {
			t.Errorf("%q is shown as nothing", data)
		}
		sent, err := toGo(v)
		if err != nil {
			return // a key that JSON has none of
		}
		again, err := toStarlark(sent)
		if err != nil {
			t.Fatalf("%q: %v after a journey", data, err)
		}
		if repr(again) != repr(v) {
			t.Errorf("%q: have %s, then %s", data, repr(v), repr(again))
		}
		third, err := toGo(again)
		if first, second := fmt.Sprintf("%#v", sent), fmt.Sprintf("%#v", third); first != second || err != nil {
			t.Errorf("%q: have %s sent, then %s, %v", data, first, second, err)
		}
	})
}
