package typed_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What a client can send within a mebibyte must not keep a core busy for long.
// The bound is wide: a quadratic search takes minutes.
func TestLargeBodiesAreReadInReasonableTime(t *testing.T) {
	t.Parallel()
	type scores struct {
		Scores map[string]int `json:"scores"`
	}
	unknown, dotted := &strings.Builder{}, &strings.Builder{}
	for i := range 30_000 {
		fmt.Fprintf(unknown, `,"u%d":%d`, i, i)
		fmt.Fprintf(dotted, `,"%d.a.b.c.d.e":"x"`, i)
	}
	for _, tt := range []struct {
		name, body string
		want       int
	}{
		{"members nobody knows", `{"scores":{}` + unknown.String() + "}", 0},
		{"names with dots", `{"scores":{"a":1` + dotted.String() + "}}", 32},
		{"one long name", `{"scores":{"` + strings.Repeat("a", 1<<20) + `":"x"}}`, 1},
		{"one long number", `{"scores":{"a":` + strings.Repeat("1", 1<<20) + `}}`, 1},
		{"one long fraction", `{"scores":{"a":0.` + strings.Repeat("1", 1<<20) + `}}`, 1},
		{"one long text", `{"scores":"` + strings.Repeat("a", 1<<20) + `"}`, 1},
	} {
		start := time.Now()
		err := decode(t, route("POST /x", of[scores]()), request{line: "POST /x", body: tt.body}, new(scores))
		took := time.Since(start)
		if have := strings.Count(fmt.Sprint(err), "; ") + 1; tt.want > 0 && have != tt.want || tt.want == 0 && err != nil {
			t.Errorf("%s: have %d details, want %d", tt.name, have, tt.want)
		}
		if err != nil && len(err.Error()) > 8<<10 {
			t.Errorf("%s: have an answer of %d bytes, want a short one", tt.name, len(err.Error()))
		}
		t.Log(tt.name, took)
		if took > 10*time.Second {
			t.Errorf("%s: took %s", tt.name, took)
		}
	}
}
