// Package schema describes Go types as JSON Schema, as both codecs put them on
// the wire.
//
// It shows the JSON form; where a binary codec has a type of its own for bytes
// or for a point in time, the schema says base64 string and date-time. Every
// schema is a 2020-12 document of its own: references begin at its root. A
// named struct, map, slice or array that occurs more than once, or in itself,
// stands once in $defs; everything else stands where it is used.
//
// The same types give the same bytes. All functions may be called from many
// goroutines; they cost some time and keep nothing, so call them when somebody
// asks.
package schema

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// GoName is the keyword that holds the name of a named struct, map, slice or array, so
// that the same type can be told in many documents. Validators take it for a comment.
const GoName = "x-go-name"

// Of returns the schema of t. An interface, json.RawMessage or a type that
// writes its own JSON may be anything: true. A nil pointer, slice or map is
// null on the wire, so these allow it. A field is required unless its json tag
// says omitempty or omitzero; its tag `jsonschema:"…"` is its description. More
// properties than a struct has fields are allowed, so that services can grow.
//
// Types without a JSON form, such as channels and functions, are errors, all of
// them at once, with the path that leads there.
func Of(t reflect.Type) (json.RawMessage, error) {
	b := newBuilder()
	root := b.of(nameOf(t), t)
	return b.finish(root)
}

// Parameters returns the schema of what a call of a method carries: nil for no
// parameters; for one, its schema, with its name as title if it has one; for
// several, an array in their order. Where they have names it is also an object,
// in one flat schema, so that a command line or a form reads the properties at
// the top as it does those of a struct:
//
//	{"type": ["object", "array"],
//	 "properties": {"from": {…}, "to": {…}}, "required": ["from"],
//	 "prefixItems": [{"$ref": "#/properties/from"}, {"$ref": "#/properties/to"}],
//	 "minItems": 1, "maxItems": 2}
//
// Names are all or none. A nil optional means that every parameter is required;
// of an array only the last elements can be left out.
func Parameters(names []string, in []reflect.Type, optional func(int) bool) (json.RawMessage, error) {
	if err := checkNames(names, len(in)); err != nil {
		return nil, err
	}
	if len(in) == 0 {
		return nil, nil
	}
	b := newBuilder()
	each := make([]*jsonschema.Schema, len(in))
	for i, t := range in {
		each[i] = b.of(parameterPath(names, i), t)
	}
	if len(in) > 1 {
		return b.finish(arguments(names, each, optional))
	}
	if len(names) == 1 {
		each[0].Title = names[0]
	}
	return b.finish(each[0])
}

// Method returns the schemas of what a method takes and answers, by [Parameters] and
// [Results]. Errors name it by its signature.
func Method(signature string, names []string, in, out []reflect.Type, optional func(int) bool) (input, output json.RawMessage, err error) {
	if input, err = Parameters(names, in, optional); err != nil {
		return nil, nil, fmt.Errorf("parameters of %s: %w", signature, err)
	}
	if output, err = Results(out); err != nil {
		return nil, nil, fmt.Errorf("results of %s: %w", signature, err)
	}
	return input, output, nil
}

// Results returns the schema of what a method answers: nil for nothing, the
// schema of its one result, or an array of several. The error is not a result.
func Results(out []reflect.Type) (json.RawMessage, error) {
	if len(out) == 0 {
		return nil, nil
	}
	b := newBuilder()
	each := make([]*jsonschema.Schema, len(out))
	for i, t := range out {
		each[i] = b.of(fmt.Sprintf("result %d", i+1), t)
	}
	if len(out) == 1 {
		return b.finish(each[0])
	}
	return b.finish(tuple(each, len(each)))
}

// Hash returns 12 hex digits that differ when schemas do. The order of keys and
// white space do not count; descriptions do. No schema, nil, has a hash too.
func Hash(schema json.RawMessage) string {
	sum := sha256.Sum256(canonical(schema))
	return hex.EncodeToString(sum[:6])
}

// canonical writes schema with sorted keys; what is no JSON stays as it is.
func canonical(schema json.RawMessage) []byte {
	d := json.NewDecoder(bytes.NewReader(schema))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return schema
	}
	sorted, err := json.Marshal(tree)
	if err != nil {
		return schema
	}
	return sorted
}

func arguments(names []string, each []*jsonschema.Schema, optional func(int) bool) *jsonschema.Schema {
	var required []string
	least := 0
	for i := range each {
		if optional != nil && optional(i) {
			continue
		}
		least = i + 1
		if names != nil {
			required = append(required, names[i])
		}
	}
	if names == nil {
		return tuple(each, least)
	}
	s := tuple(pointers(names), least)
	s.Type, s.Types = "", []string{"object", "array"}
	s.Properties, s.PropertyOrder, s.Required = make(map[string]*jsonschema.Schema), names, required
	for i, name := range names {
		s.Properties[name] = each[i]
	}
	return s
}

// pointers refers to the properties, so that each parameter is described once.
func pointers(names []string) []*jsonschema.Schema {
	refs := make([]*jsonschema.Schema, len(names))
	for i, name := range names {
		refs[i] = &jsonschema.Schema{Ref: "#/properties/" + name}
	}
	return refs
}

func tuple(each []*jsonschema.Schema, least int) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", PrefixItems: each, MinItems: &least, MaxItems: new(len(each))}
}

func parameterPath(names []string, i int) string {
	if len(names) == 0 {
		return fmt.Sprintf("parameter %d", i+1)
	}
	return fmt.Sprintf("parameter %d (%s)", i+1, names[i])
}

func checkNames(names []string, want int) error {
	if len(names) == 0 {
		return nil
	}
	if len(names) != want {
		return fmt.Errorf("describe parameters: have %d names (%s) for %d parameters, want one for each or none",
			len(names), strings.Join(names, ", "), want)
	}
	var errs []error
	for i, name := range names {
		if name == "" || strings.ContainsFunc(name, notInName) {
			errs = append(errs, fmt.Errorf("describe parameters: have name %q, want letters, digits, - and _", name))
		}
		if slices.Contains(names[:i], name) {
			errs = append(errs, fmt.Errorf("describe parameters: have the name %q twice, want it once", name))
		}
	}
	return errors.Join(errs...)
}
