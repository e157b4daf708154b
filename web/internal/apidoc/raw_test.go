package apidoc_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/web/internal/apidoc"
)

// input adds an operation with the given input schema and returns the schema as
// the document has it, nil for none.
func input(t *testing.T, d *apidoc.Document, id, schema string) any {
	t.Helper()
	service, _, _ := strings.Cut(id, ".")
	path := "/" + strings.ReplaceAll(id, ".", "/")
	err := d.AddRaw("POST", path, apidoc.RawOperation{ID: id, Tag: service, Input: json.RawMessage(schema)})
	if err != nil {
		t.Fatal(err)
	}
	tree := parsed(t, d)
	resolve(t, tree, tree)
	return at(tree, "paths", path, "post", "requestBody", "content", "application/json", "schema")
}

func TestDefinitionsBecomeComponents(t *testing.T) {
	t.Parallel()
	d := apidoc.New("x", "1")
	have := input(t, d, "shop.add", `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
		"properties":{"p":{"$ref":"#/$defs/Point"},"$ref":{"type":"string"},"q":{"default":{"$ref":"#/info"}}},
		"$defs":{"Point":{"type":"object","properties":{"x":{"type":"integer","minimum":-128,"unknown":1}}}}}`)
	want := map[string]any{"type": "object", "properties": map[string]any{
		"p":    map[string]any{"$ref": "#/components/schemas/shop.Point"},
		"$ref": map[string]any{"type": "string"},
		"q":    map[string]any{"default": map[string]any{"$ref": "#/info"}},
	}}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	point := map[string]any{"type": "object", "properties": map[string]any{"x": map[string]any{"type": "integer", "minimum": -128.0}}}
	if diff := cmp.Diff(point, at(parsed(t, d), "components", "schemas", "shop.Point")); diff != "" {
		t.Error(diff)
	}
}

func TestSchemaThatRefersToItselfBecomesAComponent(t *testing.T) {
	t.Parallel()
	d := apidoc.New("x", "1")
	have := input(t, d, "shop.add", `{"properties":{"a":{"type":"integer"},"me":{"$ref":"#"}},"prefixItems":[{"$ref":"#/properties/a"}]}`)
	if diff := cmp.Diff(map[string]any{"$ref": "#/components/schemas/shop.add.input"}, have); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{
		"properties":  map[string]any{"a": map[string]any{"type": "integer"}, "me": map[string]any{"$ref": "#/components/schemas/shop.add.input"}},
		"prefixItems": []any{map[string]any{"$ref": "#/components/schemas/shop.add.input/properties/a"}},
	}
	if diff := cmp.Diff(want, at(parsed(t, d), "components", "schemas", "shop.add.input")); diff != "" {
		t.Error(diff)
	}
}

func TestSameDefinitionIsSharedAndAnotherGetsANumber(t *testing.T) {
	t.Parallel()
	d := apidoc.New("x", "1")
	const schema = `{"$ref":"#/$defs/T","$defs":{"T":{"type":%q}}}`
	for _, tt := range []struct{ id, kind, want string }{
		{"a.one", "string", "a.T"},
		{"a.two", "string", "a.T"},
		{"a.three", "number", "a.T.2"},
		{"b.one", "number", "b.T"},
	} {
		want := map[string]any{"$ref": "#/components/schemas/" + tt.want}
		if diff := cmp.Diff(want, input(t, d, tt.id, fmt.Sprintf(schema, tt.kind))); diff != "" {
			t.Errorf("%s: %s", tt.id, diff)
		}
	}
}

func TestGarbageIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{
		``, `{`, `5`, `[]`, `null`, `"x"`, `{} {}`,
		`{"type":5}`, `{"type":"thing"}`, `{"type":[]}`, `{"type":[{}]}`, `{"properties":[]}`, `{"properties":{"a":1}}`, `{"required":"a"}`,
		`{"items":{"minimum":"1"}}`, `{"anyOf":[]}`, `{"enum":{}}`, `{"title":1}`, `{"uniqueItems":1}`,
		`{"$ref":"#/$defs/none"}`, `{"$ref":"http://example.org/x"}`, `{"$ref":7}`, `{"$ref":"#/%zz"}`, `{"$ref":"#/$defs/a/b","$defs":{"a/b":{}}}`, `{"$ref":"#/properties/a/items","properties":{"a":{"items":{}}}}`,
		`{"$id":"x"}`, `{"$anchor":"x"}`, `{"items":{"$dynamicRef":"#x"}}`,
		`{"$defs":{"a/b":{},"a_b":{}},"$ref":"#/$defs/a~1b"}`,
		`{"$defs":{"a":7}}`,
		`{"title":"` + strings.Repeat("x", 256<<10) + `"}`,
		strings.Repeat(`{"items":`, 65) + `{}` + strings.Repeat(`}`, 65),
		strings.Repeat(`[`, 200_000),
	} {
		if have := input(t, apidoc.New("x", "1"), "a.b", schema); have != nil {
			t.Errorf("%.80s: have %v, want it left out", schema, have)
		}
	}
}

func TestSchemaWithinTheLimitsIsKept(t *testing.T) {
	t.Parallel()
	for _, schema := range []string{
		`true`, `{}`, `{"title":"{[\"\\"}`,
		strings.Repeat(`{"items":`, 63) + `{}` + strings.Repeat(`}`, 63),
		`{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":["string","null"],"pattern":"x","enum":["x",null]}}}`,
	} {
		if have := input(t, apidoc.New("x", "1"), "a.b", schema); have == nil {
			t.Errorf("%.80s: have nothing, want it kept", schema)
		}
	}
}

func TestPathOfARawOperationIsPlain(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "x", "/{x}", "/x?y", "/x y"} {
		if err := apidoc.New("x", "1").AddRaw("POST", path, apidoc.RawOperation{ID: "x"}); err == nil {
			t.Errorf("%q: have no error, want one", path)
		}
	}
}

func TestNamesFromTheNetworkAreCut(t *testing.T) {
	t.Parallel()
	d := apidoc.New("x", "1")
	long := strings.Repeat("ü", 1000)
	if err := d.AddRaw("POST", "/x", apidoc.RawOperation{ID: long, Tag: long, Summary: long}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"operationId", "summary"} {
		if have := at(parsed(t, d), "paths", "/x", "post", key).(string); len(have) != 256 {
			t.Errorf("%s: have %d bytes, want 256", key, len(have))
		}
	}
}

func FuzzAddRaw(f *testing.F) {
	f.Add(`{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"b":{"$ref":"#"}}}}}`)
	f.Add(`{"prefixItems":[{"$ref":"#/properties/a"}],"properties":{"a":true}}`)
	f.Add(`{"$ref":"#/properties/a~1%62","properties":{"a/b":false}}`)
	f.Fuzz(func(t *testing.T, schema string) { input(t, apidoc.New("x", "1"), "a.b", schema) })
}
