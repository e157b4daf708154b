package schema_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/schema"
)

var two = []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[int]()}

func TestParametersDescribeACall(t *testing.T) {
	t.Parallel()
	last := func(i int) bool { return i == 1 }
	first := func(i int) bool { return i == 0 }
	for _, tt := range []struct {
		name     string
		names    []string
		in       []reflect.Type
		optional func(int) bool
		want     string
	}{
		{"none", nil, nil, nil, ``},
		{"one is the body", nil, two[:1], nil, `{"type":"string"}`},
		{"one keeps its name", []string{"name"}, two[:1], nil, `{"type":"string","title":"name"}`},
		{"one struct keeps its name", []string{"at"}, []reflect.Type{reflect.TypeFor[Base]()}, nil, `{"type":"object","properties":{"ID":{"type":"string"}},"title":"at","required":["ID"]}`},
		{"several are an array", nil, two, nil, `{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"minItems":2,"maxItems":2}`},
		{"the last can be left out", nil, two, last, `{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"minItems":1,"maxItems":2}`},
		{"the first of an array cannot", nil, two, first, `{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"minItems":2,"maxItems":2}`},
		{"names make an object", []string{"to", "n"}, two, nil, `{"type":["object","array"],"properties":{"to":{"type":"string"},"n":{"type":"integer"}},
			"prefixItems":[{"$ref":"#/properties/to"},{"$ref":"#/properties/n"}],"minItems":2,"maxItems":2,"required":["to","n"]}`},
		{"by name the first can", []string{"to", "n"}, two, first, `{"type":["object","array"],"properties":{"to":{"type":"string"},"n":{"type":"integer"}},
			"prefixItems":[{"$ref":"#/properties/to"},{"$ref":"#/properties/n"}],"minItems":2,"maxItems":2,"required":["n"]}`},
		{"definitions stand at the top", nil, []reflect.Type{reflect.TypeFor[Base](), reflect.TypeFor[*Base]()}, nil, `{"type":"array",
			"$defs":{"Base":{"type":"object","properties":{"ID":{"type":"string"}},"required":["ID"]}},
			"prefixItems":[{"$ref":"#/$defs/Base"},{"anyOf":[{"$ref":"#/$defs/Base"},{"type":"null"}]}],"minItems":2,"maxItems":2}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have, err := schema.Parameters(tt.names, tt.in, tt.optional)
			if tt.want == "" {
				if have != nil || err != nil {
					t.Errorf("have %s, %v, want nothing", have, err)
				}
				return
			}
			wantSchema(t, have, err, tt.want)
		})
	}
}

func TestNamedParametersTakeBothForms(t *testing.T) {
	t.Parallel()
	s, err := schema.Parameters([]string{"to", "n"}, two, func(i int) bool { return i == 1 })
	if err != nil {
		t.Fatal(err)
	}
	for value, valid := range map[string]bool{
		`["a",1]`: true, `["a"]`: true, `{"to":"a","n":1}`: true, `{"to":"a"}`: true,
		`[]`: false, `[1,"a"]`: false, `["a",1,2]`: false, `{"n":1}`: false, `{"to":1}`: false, `"a"`: false,
	} {
		if err := validate(t, s, value); (err == nil) != valid {
			t.Errorf("%s: have %v, want valid %t", value, err, valid)
		}
	}
}

func TestParametersRefuseUnfitNamesAndTypes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		names []string
		in    []reflect.Type
		want  string
	}{
		{"too few names", []string{"to"}, two, "have 1 names (to) for 2 parameters"},
		{"names for nothing", []string{"to"}, nil, "have 1 names (to) for 0 parameters"},
		{"twice", []string{"to", "to"}, two, `the name "to" twice`},
		{"empty", []string{"to", ""}, two, `have name ""`},
		{"unfit", []string{"to", "a/b"}, two, `have name "a/b"`},
		{"a channel", []string{"to", "c"}, []reflect.Type{two[0], reflect.TypeFor[chan int]()}, "parameter 2 (c): have chan int"},
		{"an unnamed channel", nil, []reflect.Type{reflect.TypeFor[chan int]()}, "parameter 1: have chan int"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have, err := schema.Parameters(tt.names, tt.in, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("have %s, %v, want an error that says %q", have, err, tt.want)
			}
		})
	}
}

func TestResultsDescribeAnAnswer(t *testing.T) {
	t.Parallel()
	if have, err := schema.Results(nil); have != nil || err != nil {
		t.Errorf("have %s, %v, want nothing", have, err)
	}
	have, err := schema.Results(two[:1])
	wantSchema(t, have, err, `{"type":"string"}`)
	have, err = schema.Results(two)
	wantSchema(t, have, err, `{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"minItems":2,"maxItems":2}`)
	if _, err = schema.Results([]reflect.Type{two[0], reflect.TypeFor[func()]()}); err == nil || !strings.Contains(err.Error(), "result 2: have func()") {
		t.Errorf("have %v, want an error about result 2", err)
	}
}

func TestSameTypesGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	want, err := schema.Of(reflect.TypeFor[invoice]())
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		have, err := schema.Of(reflect.TypeFor[invoice]())
		wantSchema(t, have, err, string(want))
	}
}

func TestHashTellsSchemasApartButNotTheirSpelling(t *testing.T) {
	t.Parallel()
	hash := schema.Hash(json.RawMessage(`{"type":"string","title":"a"}`))
	if len(hash) != 12 {
		t.Errorf("have %q, want 12 digits", hash)
	}
	for text, same := range map[string]bool{
		"{\"title\": \"a\",\n\"type\":\"string\"}": true,
		`{"type":"string","title":"b"}`:            false,
		`{"type":"string"}`:                        false,
		`{"type":`:                                 false,
		``:                                         false,
	} {
		if have := schema.Hash(json.RawMessage(text)); (have == hash) != same {
			t.Errorf("Hash(%s) = %s, want the same as %s: %t", text, have, hash, same)
		}
	}
	if schema.Hash(json.RawMessage(`9007199254740993`)) == schema.Hash(json.RawMessage(`9007199254740992`)) {
		t.Error("large numbers have one hash")
	}
	if schema.Hash(nil) == schema.Hash(json.RawMessage(`{`)) {
		t.Error("what is no JSON has the hash of nothing")
	}
}

func TestMovingAFieldKeepsTheHash(t *testing.T) {
	t.Parallel()
	a, err := schema.Of(reflect.TypeFor[struct{ A, B int }]())
	if err != nil {
		t.Fatal(err)
	}
	b, err := schema.Of(reflect.TypeFor[struct{ B, A int }]())
	if err != nil {
		t.Fatal(err)
	}
	if string(a) == string(b) || schema.Hash(a) != schema.Hash(b) {
		t.Errorf("have %s and %s, want different text with one hash", a, b)
	}
}

type invoice struct {
	ID        string            `json:"id" jsonschema:"who it is"`
	Customer  customer          `json:"customer"`
	Lines     []line            `json:"lines"`
	Paid      *time.Time        `json:"paid,omitempty"`
	Due       time.Duration     `json:"due"`
	Labels    map[string]string `json:"labels,omitempty"`
	Total     money             `json:"total"`
	Signature []byte            `json:"signature"`
	Extra     any               `json:"extra"`
}

type customer struct {
	Name, Email, Phone string
	Home, Work         *address
}

type address struct{ Street, City, Zip, Country string }

type line struct {
	Title  string
	Count  uint32
	Price  money
	Splits []line `json:",omitempty"`
}

type money struct {
	Cents    int64
	Currency string
}

func BenchmarkOf(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := schema.Of(reflect.TypeFor[invoice]()); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleParameters() {
	s, _ := schema.Parameters([]string{"name", "wait"},
		[]reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[time.Duration]()},
		func(i int) bool { return i == 1 })
	fmt.Println(string(s))
	// Output:
	// {"type":["object","array"],"properties":{"name":{"type":"string"},"wait":{"type":"integer","description":"nanoseconds"}},"prefixItems":[{"$ref":"#/properties/name"},{"$ref":"#/properties/wait"}],"minItems":1,"maxItems":2,"required":["name"]}
}
