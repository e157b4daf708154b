package rpc_test

import (
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

// What a body becomes is tested in package codec; these cases show that a method's
// marker and signature, and the header, decide it, and how a refusal reads.
var shapeCases = []struct {
	method, form, body string
	want               string // the result, or with ! part of the refusal
}{
	{"nothing", "", ``, "nothing"},
	{"scalar", "", `3`, "3"},
	{"scalar", "", `"three"`, "!call of shapes.scalar(n int): have a string, want"},
	{"slice", "", `["a","b"]`, "[a b]"},
	{"slice", "positional", `[["a","b"]]`, "[a b]"},
	{"point", "named", `{"p":{"x":1,"y":2}}`, "{1 2}"},
	{"map", "", `{"m":1}`, "map[m:1]"},
	{"any", "named", `{"v":[1]}`, "[1]"},
	{"two", "", `{"a":"x","b":1}`, "x 1"},
	{"two", "", ``, "!call of shapes.two(a string, b int): have 0 arguments, want 2"},
	{"two", "sideways", `["x",1]`, `!: header Svc-Args: have "sideways", want positional, named or none`},
	{"unnamed", "", `["x",1]`, "x 1"},
	{"unnamed", "", `{"a":"x","b":1}`, "!(string, int): the method takes its arguments by position only: its marker names none (tag key args)"},
	{"optional", "", `["x"]`, "x none"},
	{"optional", "", `[]`, "!have 0 arguments, want 1 to 2"},
	{"optional", "named", `{"a":"x"}`, "x none"},
	{"maybe", "", ``, "none"},
	{"maybe", "named", `{}`, "none"},
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
	var v any
	if err := codec.JSON.Decode([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	body, err := c.Append(nil, v)
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
