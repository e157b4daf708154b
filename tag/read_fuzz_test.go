package tag_test

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/tag"
)

// Whatever stands in a tag: what is read is what the text says, by the word of package
// strconv, and what is refused leaves all as it was.
func FuzzReadOptions(f *testing.F) {
	for _, seed := range []string{"5s", "7", "true", "a,b", "a,,b", "", "-1", "128", "1e3", "9223372036854775808", "TRUE", " a , b ", "\x00", `"`, "one", "0"} {
		f.Add(seed)
	}
	type options struct {
		Wait  time.Duration
		Small int8
		On    bool
		Words []string
		Kind  string `oneof:"one,two"`
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, key := range []string{"wait", "small", "on", "words", "kind"} {
			before := options{Words: []string{"before"}}
			o := before
			err := tag.Read(reflect.StructTag(key+":"+strconv.Quote(text)), &o)
			if err != nil {
				if mistake, ok := errors.AsType[*tag.Error](err); !ok || mistake.Key != key || !reflect.DeepEqual(o, before) {
					t.Errorf("%s %q: have %v and %+v", key, text, err, o)
				}
				continue
			}
			d, noDuration := time.ParseDuration(text)
			n, noNumber := strconv.ParseInt(text, 10, 8)
			good := map[string]bool{
				"wait": noDuration == nil && o.Wait == d && d > 0, "small": noNumber == nil && int64(o.Small) == n && n >= 0, "on": strconv.FormatBool(o.On) == text,
				"words": len(o.Words) == strings.Count(text, ",")+1 && !slices.Contains(o.Words, ""), "kind": o.Kind == text && (text == "one" || text == "two"),
			}
			if !good[key] {
				t.Errorf("%s %q: have %+v", key, text, o)
			}
		}
	})
}
