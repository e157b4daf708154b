package shape_test

import (
	"fmt"
	"reflect"
	"strings"
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

// loop is a schema that stands for itself.
const loop = `{"$ref":"#/$defs/x","$defs":{"x":{"anyOf":[{"$ref":"#/$defs/x"}]}}}`

// wide returns a schema whose text is so many properties in each of three levels.
func wide(properties int) string {
	var all strings.Builder
	for i := range properties {
		fmt.Fprintf(&all, `"p%d":{"$ref":"#/$defs/x"},`, i)
	}
	return `{"$ref":"#/$defs/x","$defs":{"x":{"type":"object","properties":{` + all.String() + `"z":true}}}}`
}

// Red without the limits: the first is a fatal stack overflow, the second 92 MB after
// seven seconds, the third took 26 seconds.
func TestSchemasOfStrangersCostLittle(t *testing.T) {
	t.Parallel()
	values := `{"$ref":"#/$defs/x","$defs":{"v":{"enum":["` + strings.Repeat("v", 200_000) + `"]},"x":{"oneOf":[` +
		strings.Repeat(`{"$ref":"#/$defs/v"},`, 1000) + `true]}}}`
	for name, text := range map[string]string{
		"a schema that stands for itself": loop,
		"many properties of many":         wide(200),
		"lists of lists":                  strings.Repeat(`{"items":`, 9000) + "true" + strings.Repeat("}", 9000),
		"long values again and again":     values,
	} {
		wantLittle(t, name, []byte(text))
	}
}

// wantLittle tells a schema in every way.
func wantLittle(t *testing.T, name string, text []byte) {
	t.Helper()
	began, fields := time.Now(), shape.Fields(text)
	if size := len(shape.Text(text)); size > 300<<10 { // what is told, and the names of properties
		t.Errorf("%.100s: have %d bytes of text", name, size)
	}
	for _, p := range fields {
		if len(p.Type) > 300<<10 {
			t.Errorf("%.100s: have %d bytes of text for %.100s", name, len(p.Type), p.Name)
		}
	}
	if took := time.Since(began); took > 5*time.Second { // milliseconds, on a machine that is not busy
		t.Errorf("%.100s: it took %v", name, took)
	}
}

// Schemas come from the network.
func FuzzText(f *testing.F) {
	f.Add([]byte(`{"type":["object","array"],"properties":{"a":{"$ref":"#/$defs/b"}},"prefixItems":[{"$ref":"#/properties/a"}],"$defs":{"b":{"type":"array","items":{"$ref":"#/$defs/b"}}}}`))
	f.Add([]byte(loop))
	f.Add([]byte(wide(3)))
	f.Add([]byte(`{"type":"array","prefixItems":[{"$ref":"#/properties/a"}],"properties":{"a":{"$ref":"#/properties/a"}}}`))
	f.Add([]byte(`{"type":"object","additionalProperties":{"$ref":"#"},"enum":["\\\"[["]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 0 && shape.Text(text) == "" {
			t.Error("a schema has no text")
		}
		if shape.Closed(text) && len(shape.Fields(text)) == 0 {
			t.Error("it is closed, and has no field")
		}
		wantLittle(t, string(text), text)
	})
}
