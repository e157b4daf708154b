package shape_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/cmd/svc/internal/shape"
	"github.com/enoki-go/enoki/schema"
)

type item struct {
	SKU   string `json:"sku" jsonschema:"what it is"`
	Count int    `json:"count,omitempty"`
}

type order struct {
	Items   []item         `json:"items"`
	Labels  map[string]int `json:"labels"`
	Due     time.Time      `json:"due"`
	Note    *string        `json:"note"`
	Parent  *order         `json:"parent,omitempty"`
	Payload any            `json:"payload"`
}

func of[T any](t *testing.T) []byte {
	t.Helper()
	text, err := schema.Of(reflect.TypeFor[T]())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSchemasOfGoTypesAreToldInAFewWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		schema []byte
		want   string
	}{
		{"nothing", nil, ""},
		{"a string", of[string](t), "string"},
		{"anything", of[any](t), "any"},
		{"a list", of[[2]int](t), "[integer]"},
		{"a list that may be nil", of[[]int](t), "[integer] | null"},
		{"a struct", of[item](t), "{sku: string, count?: integer}"},
		{"a struct in itself", of[order](t), "{items: [{sku: string, count?: integer}] | null, labels: {…: integer} | null, due: date-time, note: string | null, parent?: {items: […] | null, labels: {…: integer} | null, due: date-time, note: string | null, parent?: {items: … | null, labels: … | null, due: date-time, note: string | null, parent?: … | null, payload: any} | null, payload: any} | null, payload: any}"},
		{"no schema", []byte("[]"), "any"},
		{"no JSON", []byte("{"), "any"},
		{"values", []byte(`{"enum":["a",1]}`), `"a" | 1`},
		{"alternatives", []byte(`{"anyOf":[{"type":"string"},{"type":"integer"}]}`), "string | integer"},
		{"a reference into nowhere", []byte(`{"$ref":"#/$defs/x"}`), "any"},
		{"a reference to itself", []byte(`{"$ref":"#/$defs/x","$defs":{"x":{"$ref":"#/$defs/x"}}}`), "any"},
	} {
		have := shape.Text(tt.schema)
		if have != tt.want {
			t.Errorf("%s: have %s, want %s", tt.name, have, tt.want)
		}
	}
}

func TestFieldsAreThoseThatCallersMayName(t *testing.T) {
	t.Parallel()
	several, err := schema.Parameters([]string{"from", "to"}, []reflect.Type{reflect.TypeFor[string](), reflect.TypeFor[item]()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []shape.Parameter{{Name: "from", Type: "string", Required: true, Text: true}, {Name: "to", Type: "{sku: string, count?: integer}", Required: true}}
	if diff := cmp.Diff(want, shape.Fields(several)); diff != "" {
		t.Errorf("of several parameters (-want +have):\n%s", diff)
	}
	want = []shape.Parameter{{Name: "sku", Type: "string", Required: true, Description: "what it is", Text: true}, {Name: "count", Type: "integer"}}
	if diff := cmp.Diff(want, shape.Fields(of[item](t))); diff != "" {
		t.Errorf("of a struct (-want +have):\n%s", diff)
	}
	if have := shape.Fields(of[string](t)); have != nil {
		t.Errorf("of a string: have %v, want none", have)
	}
	if text := shape.Text(several); text != "(string, {sku: string, count?: integer})" {
		t.Errorf("several parameters are %s", text)
	}
}

func TestOnlyObjectsWithNamedFieldsAreClosed(t *testing.T) {
	t.Parallel()
	for want, schemas := range map[bool][][]byte{
		true:  {of[item](t)},
		false: {of[string](t), of[any](t), of[map[string]int](t), nil, []byte(`{"type":"object","properties":{"a":true},"additionalProperties":true}`)},
	} {
		for _, s := range schemas {
			if have := shape.Closed(s); have != want {
				t.Errorf("%s: have %t, want %t", s, have, want)
			}
		}
	}
}

// Schemas come from the network.
func FuzzText(f *testing.F) {
	f.Add([]byte(`{"type":["object","array"],"properties":{"a":{"$ref":"#/$defs/b"}},"prefixItems":[{"$ref":"#/properties/a"}],"$defs":{"b":{"type":"array","items":{"$ref":"#/$defs/b"}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 0 && shape.Text(text) == "" {
			t.Error("a schema has no text")
		}
		if shape.Closed(text) && len(shape.Fields(text)) == 0 {
			t.Error("it is closed, and has no field")
		}
	})
}
