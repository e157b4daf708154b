package codec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/codec"
)

// point is a struct to send.
type point struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// level is a number that is an object in messages.
type level int

func (l *level) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `{"level":%d}`, *l), nil }

func (l *level) UnmarshalJSON(b []byte) error {
	_, err := fmt.Sscanf(string(b), `{"level":%d}`, l)
	return err
}

// parameters returns those of the types of the examples, named by the words of names;
// what comes after the first required ones may be absent.
func parameters(names string, required int, examples ...any) codec.Parameters {
	p := codec.Parameters{Names: strings.Fields(names), Required: required, Optional: func(i int) bool { return i >= required }}
	for _, example := range examples {
		p.Types = append(p.Types, reflect.TypeOf(example).Elem())
	}
	return p
}

var methods = map[string]codec.Parameters{
	"nothing":  parameters("", 0),
	"scalar":   parameters("n", 1, new(int)),
	"slice":    parameters("all", 1, new([]string)),
	"point":    parameters("p", 1, new(point)),
	"map":      parameters("m", 1, new(map[string]int)),
	"any":      parameters("v", 1, new(any)),
	"text":     parameters("id", 1, new(uuid)),
	"address":  parameters("ip", 1, new(netip.Addr)),
	"own":      parameters("price", 1, new(money)),
	"level":    parameters("l", 1, new(level)),
	"raw":      parameters("text", 1, new(json.RawMessage)),
	"two":      parameters("a b", 2, new(string), new(int)),
	"unnamed":  parameters("", 2, new(string), new(int)),
	"alone":    parameters("", 1, new(int)),
	"optional": parameters("a b", 1, new(string), new(*int)),
	"maybe":    parameters("n", 0, new(*int)),
	"place":    parameters("p", 0, new(*point)),
}

const bare = codec.Unsaid

var parametersTests = []struct {
	method string
	form   codec.Form
	body   string
	want   string // the arguments, or with ! part of the error
}{
	{"nothing", bare, ``, ""},
	{"nothing", bare, `null`, ""},
	{"nothing", bare, `[]`, ""},
	{"nothing", bare, `{}`, ""},
	{"nothing", codec.Positional, `[]`, ""},
	{"nothing", codec.Named, `{}`, ""},
	{"nothing", codec.Named, `null`, ""},
	{"nothing", "sideways", ``, ""},
	{"nothing", bare, `[1]`, "!have 1 arguments, want 0"},
	{"nothing", codec.Positional, `[1]`, "!have 1 arguments, want 0"},
	{"nothing", bare, `{"x":1}`, "!unknown argument"},
	{"nothing", codec.Named, `{"x":1}`, "!unknown argument"},
	{"nothing", bare, `5`, "!want"},

	{"scalar", bare, `3`, "3"},
	{"scalar", bare, `[3]`, "3"},
	{"scalar", bare, `{"n":3}`, "3"},
	{"scalar", codec.Positional, `[3]`, "3"},
	{"scalar", codec.Named, `{"n":3}`, "3"},
	{"scalar", bare, ``, "!have 0 arguments, want 1"},
	{"scalar", bare, `[]`, "!have 0 arguments, want 1"},
	{"scalar", bare, `[1,2]`, "!have 2 arguments, want 1"},
	{"scalar", bare, `{"m":3}`, `!have unknown argument "m", want n`},
	{"scalar", codec.Named, `{}`, `!argument "n" is missing`},
	{"scalar", bare, `"three"`, "!have a string, want"},
	{"scalar", codec.Positional, `3`, "!want"},
	{"scalar", codec.Named, `[3]`, "!want"},

	{"slice", bare, `["a","b"]`, "[a b]"},
	{"slice", bare, `[]`, "[]"},
	{"slice", codec.Positional, `[["a","b"]]`, "[a b]"},
	{"slice", bare, `{"all":["a"]}`, "[a]"},
	{"slice", codec.Named, `{"all":["a"]}`, "[a]"},
	{"slice", bare, `[["a"]]`, "!want"},
	{"slice", codec.Positional, `["a","b"]`, "!have 2 arguments, want 1"},

	{"point", bare, `{"x":1,"y":2}`, "{1 2}"},
	{"point", bare, `[{"x":1,"y":2}]`, "{1 2}"},
	{"point", codec.Positional, `[{"x":1,"y":2}]`, "{1 2}"},
	{"point", codec.Named, `{"p":{"x":1,"y":2}}`, "{1 2}"},
	{"point", codec.Named, `{"x":1,"y":2}`, "{1 2}"},
	{"point", bare, `7`, "!want"},
	{"point", bare, `{"x":"one"}`, "!field x"},

	{"map", bare, `{"a":1}`, "map[a:1]"},
	{"map", bare, `{"m":1}`, "map[m:1]"},
	{"map", bare, `[{"a":1}]`, "map[a:1]"},
	{"map", codec.Named, `{"m":{"a":1}}`, "map[a:1]"},
	{"map", codec.Named, `{"a":1,"b":2}`, "map[a:1 b:2]"},
	{"map", codec.Named, `{"m":1,"b":2}`, "map[b:2 m:1]"},
	{"map", codec.Positional, `[{"a":1}]`, "map[a:1]"},

	{"any", bare, `[1,2]`, "[1 2]"},
	{"any", bare, `{"v":1}`, "map[v:1]"},
	{"any", codec.Positional, `[[1,2]]`, "[1 2]"},
	{"any", codec.Named, `{"v":[1]}`, "[1]"},

	{"own", bare, `{"cents":7}`, "{7}"},
	{"own", bare, `[{"cents":7}]`, "!"}, // what decodes itself may take arrays
	{"own", codec.Positional, `[{"cents":7}]`, "{7}"},
	{"own", codec.Named, `{"price":{"cents":7}}`, "{7}"},

	{"level", bare, `{"level":7}`, "7"},
	{"level", codec.Named, `{"l":{"level":7}}`, "7"},
	{"raw", bare, `{}`, "[123 125]"},

	{"two", bare, `["x",1]`, "x 1"},
	{"two", codec.Positional, `["x",1]`, "x 1"},
	{"two", bare, `{"a":"x","b":1}`, "x 1"},
	{"two", codec.Named, `{"b":1,"a":"x"}`, "x 1"},
	{"two", bare, ``, "!have 0 arguments, want 2"},
	{"two", bare, `{}`, "!have 0 arguments, want 2"},
	{"two", bare, `["x"]`, "!have 1 arguments, want 2"},
	{"two", bare, `["x",1,2]`, "!have 3 arguments, want 2"},
	{"two", bare, `[1,"x"]`, "!argument 1"},
	{"two", bare, `{"a":"x"}`, `!argument "b" is missing`},
	{"two", codec.Named, `{"a":"x","b":1,"c":2}`, `!have unknown argument "c", want a, b`},
	{"two", bare, `"x"`, "!want"},
	{"two", "sideways", `["x",1]`, `!have "sideways", want positional, named or none`},

	{"unnamed", bare, `["x",1]`, "x 1"},
	{"unnamed", bare, `{"a":"x","b":1}`, "!by position only"},
	{"unnamed", codec.Named, `{"a":"x","b":1}`, "!by position only"},
	{"alone", codec.Named, `{"n":1}`, "!by position only"},
	{"alone", bare, `{"n":1}`, "!have an object, want"},

	{"optional", bare, `["x"]`, "x none"},
	{"optional", bare, `["x",2]`, "x 2"},
	{"optional", bare, `["x",null]`, "x none"},
	{"optional", codec.Named, `{"a":"x"}`, "x none"},
	{"optional", codec.Named, `{"a":"x","b":2}`, "x 2"},
	{"optional", bare, `[]`, "!have 0 arguments, want 1 to 2"},

	{"maybe", bare, ``, "none"},
	{"maybe", bare, `null`, "none"},
	{"maybe", bare, `[]`, "none"},
	{"maybe", bare, `5`, "5"},
	{"maybe", bare, `[5]`, "5"},
	{"maybe", bare, `{"n":5}`, "5"},
	{"maybe", codec.Named, `{}`, "none"},

	{"place", bare, `{"x":1}`, "{1 0}"},
	{"place", bare, `[{"x":1}]`, "{1 0}"},
	{"place", codec.Named, `{"x":1}`, "{1 0}"},
}

func TestBodyGivesTheArgumentsInTheShapesItWouldHaveInGo(t *testing.T) {
	for name, c := range codecs {
		for _, tt := range parametersTests {
			t.Run(name+"/"+tt.method+string(tt.form)+tt.body, func(t *testing.T) {
				have, err := arguments(methods[tt.method], c, translated(t, c, tt.body), tt.form)
				refusal, refused := strings.CutPrefix(tt.want, "!")
				switch {
				case refused && (err == nil || !strings.Contains(err.Error(), refusal)):
					t.Errorf("have %q, %v, want an error with %q", have, err, refusal)
				case !refused && (err != nil || have != tt.want):
					t.Errorf("have %q, %v, want %q", have, err, tt.want)
				}
			})
		}
	}
}

// arguments decodes the body and returns as text what the parameters became.
func arguments(p codec.Parameters, c codec.Codec, body []byte, form codec.Form) (string, error) {
	into := make([]any, len(p.Types))
	for i, t := range p.Types {
		into[i] = reflect.New(t).Interface()
	}
	if err := p.Decode(c, body, form, into); err != nil {
		return "", err
	}
	have := make([]string, len(into))
	for i := range into {
		v := reflect.ValueOf(into[i]).Elem()
		if have[i] = "none"; v.Kind() != reflect.Pointer || !v.IsNil() {
			have[i] = fmt.Sprint(reflect.Indirect(v))
		}
	}
	return strings.Join(have, " "), nil
}

// translated returns a JSON text as a body of the codec.
func translated(t *testing.T, c codec.Codec, text string) []byte {
	t.Helper()
	if text == "" {
		return nil
	}
	var v any
	if err := codec.JSON.Decode([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return encode(t, c, v)
}

func TestListOrStructThatIsATextIsUnderstoodInsideAnArrayOrObject(t *testing.T) {
	id, ip := uuid([]byte("0123456789abcdef")), netip.MustParseAddr("10.0.0.1")
	for name, c := range codecs {
		for _, tt := range []struct {
			method string
			body   any
			want   string
		}{
			{"text", id, fmt.Sprint(id)},
			{"text", []any{id}, fmt.Sprint(id)},
			{"text", map[string]any{"id": id}, fmt.Sprint(id)},
			{"address", ip, "10.0.0.1"},
			{"address", []any{ip}, "10.0.0.1"},
			{"address", map[string]any{"ip": ip}, "10.0.0.1"},
		} {
			if have, err := arguments(methods[tt.method], c, encode(t, c, tt.body), bare); err != nil || have != tt.want {
				t.Errorf("%s %v: have %q, %v, want %q", name, tt.body, have, err, tt.want)
			}
		}
	}
}

func TestParametersSayWhatTheirOwnRefusalsAre(t *testing.T) {
	_, err := arguments(methods["two"], codec.JSON, []byte(`[]`), "sideways")
	if form, ok := errors.AsType[*codec.FormError](err); !ok || form.Have != "sideways" {
		t.Errorf("have %v, want a FormError of sideways", err)
	}
	if _, err = arguments(methods["unnamed"], codec.JSON, []byte(`{"a":1}`), bare); !errors.Is(err, codec.ErrUnnamed) {
		t.Errorf("have %v, want ErrUnnamed", err)
	}
	_, err = arguments(methods["optional"], codec.JSON, nil, bare)
	if arity, ok := errors.AsType[*codec.ArityError](err); !ok || *arity != (codec.ArityError{Have: 0, Min: 1, Max: 2}) {
		t.Errorf("have %v, want an ArityError 0 of 1 to 2", err)
	}
}

func TestSignatureReadsAsInGo(t *testing.T) {
	for method, want := range map[string]string{
		"nothing":  "nothing()",
		"two":      "two(a string, b int)",
		"unnamed":  "unnamed(string, int)",
		"optional": "optional(a string, b *int)",
	} {
		if have := methods[method].Signature(method); have != want {
			t.Errorf("have %s, want %s", have, want)
		}
	}
}
