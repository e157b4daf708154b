package clientgen_test

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"reflect"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/clientgen"
	"github.com/enoki-go/enoki/schema"
)

// Whatever a service says of itself, the generator says no or writes what parses.
func FuzzGeneratedCodeParses(f *testing.F) {
	order, err := schema.Of(reflect.TypeFor[Order]())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("create", "id", []byte(order), "Create creates.")
	f.Add("x-y", "type", []byte(`{"type":["object","array"],"properties":{"a":{"type":"integer","minimum":0}},"prefixItems":[{"$ref":"#/properties/a"}]}`), "*/ //go:build")
	f.Add("_", "", []byte(`{"type":"string","enum":["","*/","a\nb"],"x-go-name":"x y"}`), "a\r\nb")
	f.Add("a", "ctx", []byte(`{"$ref":"#/$defs/a","$defs":{"a":{"type":"object","x-go-name":"日本","properties":{"a":{"$ref":"#/$defs/a"},"A":{"anyOf":[{"$ref":"#/$defs/a"},{"type":"null"}]}}}}}`), "")
	f.Add("a", "a", []byte(`{"type":"array","minItems":3,"maxItems":3,"items":{"type":"object","propertyNames":{"pattern":"^[0-9]+$"},"additionalProperties":{"type":"array","x-go-name":"Client"}}}`), "")
	f.Fuzz(func(t *testing.T, name, param string, text []byte, doc string) {
		have, err := clientgen.Generate(clientgen.Service{
			Name: "shop", Source: doc,
			Methods: []clientgen.Method{{Name: name, Doc: doc, Params: []string{param}, Input: json.RawMessage(text), Output: json.RawMessage(text), Sensitive: []string{param}}},
			Events:  []clientgen.Event{{Name: param, Payload: json.RawMessage(text)}},
		}, "shop")
		if err != nil {
			return
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "client.go", have, parser.AllErrors); err != nil {
			t.Fatalf("have %s: %v", have, err)
		}
	})
}
