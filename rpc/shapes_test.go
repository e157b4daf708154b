package rpc_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Shapes has a method of every shape; each returns its arguments as text.
type Shapes struct {
	_ rpc.Method `method:"Nothing"`
	_ rpc.Method `method:"Scalar" args:"n"`
	_ rpc.Method `method:"Slice" args:"all"`
	_ rpc.Method `method:"Point" args:"p"`
	_ rpc.Method `method:"Map" args:"m"`
	_ rpc.Method `method:"Any" args:"v"`
	_ rpc.Method `method:"Two" args:"a,b"`
	_ rpc.Method `method:"Unnamed"`
	_ rpc.Method `method:"Optional" args:"a,b"`
	_ rpc.Method `method:"Maybe" args:"n"`
}

// Point is a struct to send.
type Point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

func (*Shapes) Nothing() string                  { return "nothing" }
func (*Shapes) Scalar(n int) string              { return strconv.Itoa(n) }
func (*Shapes) Slice(all []string) string        { return fmt.Sprint(all) }
func (*Shapes) Point(p Point) string             { return fmt.Sprint(p) }
func (*Shapes) Map(m map[string]int) string      { return fmt.Sprint(m) }
func (*Shapes) Any(v any) string                 { return fmt.Sprint(codec.Normalise(v)) }
func (*Shapes) Two(a string, b int) string       { return fmt.Sprint(a, " ", b) }
func (*Shapes) Unnamed(a string, b int) string   { return fmt.Sprint(a, " ", b) }
func (*Shapes) Optional(a string, b *int) string { return a + " " + maybe(b) }
func (*Shapes) Maybe(n *int) string              { return maybe(n) }

func maybe(n *int) string {
	if n == nil {
		return "none"
	}
	return strconv.Itoa(*n)
}

const (
	bare       = ""
	positional = "positional"
	named      = "named"
)

var shapeCases = []struct {
	method, form, body string
	want               string // the result, or with ! part of the refusal
}{
	{"nothing", bare, ``, "nothing"},
	{"nothing", bare, `null`, "nothing"},
	{"nothing", bare, `[]`, "nothing"},
	{"nothing", bare, `{}`, "nothing"},
	{"nothing", positional, `[]`, "nothing"},
	{"nothing", named, `{}`, "nothing"},
	{"nothing", named, `null`, "nothing"},
	{"nothing", bare, `[1]`, "!have 1 arguments, want 0"},
	{"nothing", positional, `[1]`, "!have 1 arguments, want 0"},
	{"nothing", bare, `{"x":1}`, "!unknown argument"},
	{"nothing", named, `{"x":1}`, "!unknown argument"},
	{"nothing", bare, `5`, "!want"},

	{"scalar", bare, `3`, "3"},
	{"scalar", bare, `[3]`, "3"},
	{"scalar", bare, `{"n":3}`, "3"},
	{"scalar", positional, `[3]`, "3"},
	{"scalar", named, `{"n":3}`, "3"},
	{"scalar", bare, ``, "!have 0 arguments, want 1"},
	{"scalar", bare, `[]`, "!have 0 arguments, want 1"},
	{"scalar", bare, `[1,2]`, "!have 2 arguments, want 1"},
	{"scalar", bare, `{"m":3}`, `!have unknown argument "m", want n`},
	{"scalar", named, `{}`, `!argument "n" is missing`},
	{"scalar", bare, `"three"`, "!shapes.scalar(n int)"},
	{"scalar", positional, `3`, "!want"},
	{"scalar", named, `[3]`, "!want"},

	{"slice", bare, `["a","b"]`, "[a b]"},
	{"slice", bare, `[]`, "[]"},
	{"slice", positional, `[["a","b"]]`, "[a b]"},
	{"slice", bare, `{"all":["a"]}`, "[a]"},
	{"slice", named, `{"all":["a"]}`, "[a]"},
	{"slice", bare, `[["a"]]`, "!want"},
	{"slice", positional, `["a","b"]`, "!have 2 arguments, want 1"},

	{"point", bare, `{"x":1,"y":2}`, "{1 2}"},
	{"point", bare, `[{"x":1,"y":2}]`, "{1 2}"},
	{"point", positional, `[{"x":1,"y":2}]`, "{1 2}"},
	{"point", named, `{"p":{"x":1,"y":2}}`, "{1 2}"},
	{"point", named, `{"x":1,"y":2}`, "{1 2}"},
	{"point", bare, `7`, "!want"},
	{"point", bare, `{"x":"one"}`, "!field x"},

	{"map", bare, `{"a":1}`, "map[a:1]"},
	{"map", bare, `{"m":1}`, "map[m:1]"},
	{"map", named, `{"m":{"a":1}}`, "map[a:1]"},
	{"map", named, `{"a":1,"b":2}`, "map[a:1 b:2]"},
	{"map", positional, `[{"a":1}]`, "map[a:1]"},

	{"any", bare, `[1,2]`, "[1 2]"},
	{"any", bare, `{"v":1}`, "map[v:1]"},
	{"any", positional, `[[1,2]]`, "[1 2]"},
	{"any", named, `{"v":[1]}`, "[1]"},

	{"two", bare, `["x",1]`, "x 1"},
	{"two", positional, `["x",1]`, "x 1"},
	{"two", bare, `{"a":"x","b":1}`, "x 1"},
	{"two", named, `{"b":1,"a":"x"}`, "x 1"},
	{"two", bare, ``, "!have 0 arguments, want 2"},
	{"two", bare, `["x"]`, "!have 1 arguments, want 2"},
	{"two", bare, `["x",1,2]`, "!have 3 arguments, want 2"},
	{"two", bare, `[1,"x"]`, "!argument 1"},
	{"two", bare, `{"a":"x"}`, `!argument "b" is missing`},
	{"two", named, `{"a":"x","b":1,"c":2}`, `!have unknown argument "c", want a, b`},
	{"two", bare, `"x"`, "!shapes.two(a string, b int)"},
	{"two", "sideways", `["x",1]`, `!have "sideways", want positional, named or none`},

	{"unnamed", bare, `["x",1]`, "x 1"},
	{"unnamed", bare, `{"a":"x","b":1}`, "!by position only"},
	{"unnamed", named, `{"a":"x","b":1}`, "!by position only"},

	{"optional", bare, `["x"]`, "x none"},
	{"optional", bare, `["x",2]`, "x 2"},
	{"optional", bare, `["x",null]`, "x none"},
	{"optional", named, `{"a":"x"}`, "x none"},
	{"optional", named, `{"a":"x","b":2}`, "x 2"},
	{"optional", bare, `[]`, "!have 0 arguments, want 1 to 2"},

	{"maybe", bare, ``, "none"},
	{"maybe", bare, `null`, "none"},
	{"maybe", bare, `[]`, "none"},
	{"maybe", bare, `5`, "5"},
	{"maybe", bare, `[5]`, "5"},
	{"maybe", bare, `{"n":5}`, "5"},
	{"maybe", named, `{}`, "none"},
}

func TestMethodTakesTheCallShapesItWouldTakeInGo(t *testing.T) {
	nc := plain.Conn(t, svctest.New(t, &Shapes{}).Broker().URL())
	for _, c := range []codec.Codec{codec.JSON, codec.Msgpack} {
		for _, tt := range shapeCases {
			t.Run(c.ContentType()+"/"+tt.method+tt.form+tt.body, func(t *testing.T) {
				answer := request(t, nc, "svc.rpc.shapes."+tt.method, translated(t, c, tt.body),
					"Content-Type", c.ContentType(), "Svc-Args", tt.form)
				check(t, c, answer, tt.want)
			})
		}
	}
}

// translated returns a JSON text as a body of the codec.
func translated(t *testing.T, c codec.Codec, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	body, err := c.Append(nil, codec.Normalise(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// failure is the body of an answer that is an error.
type failure struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Message string `json:"message"`
	Class   string `json:"class"`
	Details any    `json:"details"`
}

// check compares an answer with the result, or the refusal, that is wanted.
func check(t *testing.T, c codec.Codec, answer *nats.Msg, want string) {
	t.Helper()
	if refusal, refused := strings.CutPrefix(want, "!"); refused {
		var f failure
		if err := c.Decode(answer.Data, &f); err != nil {
			t.Fatalf("have answer %q, want a refusal: %v", answer.Data, err)
		}
		if f.Name != "svc.bad_arguments" || f.Code != "invalid" || !strings.Contains(f.Message, refusal) {
			t.Errorf("have %+v, want svc.bad_arguments with %q", f, refusal)
		}
		return
	}
	var got string
	if err := c.Decode(answer.Data, &got); err != nil || got != want {
		t.Errorf("have %q of %q, want %q (%v)", got, answer.Data, want, err)
	}
}
