package schema

import (
	"encoding"
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
)

// known describes the types whose JSON form their kind does not tell; nil for
// the others.
func known(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[time.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "integer", Description: "nanoseconds"}
	case reflect.TypeFor[json.Number]():
		return &jsonschema.Schema{Type: "number"}
	case reflect.TypeFor[big.Int]():
		return &jsonschema.Schema{Type: "integer"}
	}
	switch {
	case t.Kind() == reflect.Interface:
		return new(jsonschema.Schema)
	case writes[json.Marshaler](t):
		return new(jsonschema.Schema)
	case writes[encoding.TextMarshaler](t):
		return &jsonschema.Schema{Type: "string"}
	}
	return nil
}

func writesItself(t reflect.Type) bool {
	return writes[json.Marshaler](t) || writes[encoding.TextMarshaler](t)
}

// writes reports whether t or *t is an M.
func writes[M any](t reflect.Type) bool {
	m := reflect.TypeFor[M]()
	return t.Implements(m) || reflect.PointerTo(t).Implements(m)
}

// shape describes t by its kind.
func (b *builder) shape(path string, t reflect.Type) *jsonschema.Schema {
	switch t.Kind() {
	case reflect.Bool:
		return &jsonschema.Schema{Type: "boolean"}
	case reflect.String:
		return &jsonschema.Schema{Type: "string"}
	case reflect.Float32, reflect.Float64:
		return &jsonschema.Schema{Type: "number"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integer(bits(t))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return natural(bits(t))
	case reflect.Slice:
		return b.slice(path, t)
	case reflect.Array:
		return &jsonschema.Schema{
			Type: "array", Items: b.of(path+"[]", t.Elem()), MinItems: new(t.Len()), MaxItems: new(t.Len()),
		}
	case reflect.Map:
		return b.mapping(path, t)
	case reflect.Struct:
		return b.object(path, t)
	default:
		return b.refuse(path, t.String())
	}
}

// bits is the size of a number on the wire, the same for every platform.
func bits(t reflect.Type) int {
	switch t.Kind() {
	case reflect.Int, reflect.Uint, reflect.Uintptr:
		return 64
	default:
		return t.Bits()
	}
}

// integer has limits where a float64, which they are, holds them exactly.
func integer(bits int) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "integer"}
	if bits < 64 {
		s.Minimum, s.Maximum = new(-math.Ldexp(1, bits-1)), new(math.Ldexp(1, bits-1)-1)
	}
	return s
}

func natural(bits int) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "integer", Minimum: new(0.0)}
	if bits < 64 {
		s.Maximum = new(math.Ldexp(1, bits) - 1)
	}
	return s
}

func (b *builder) slice(path string, t reflect.Type) *jsonschema.Schema {
	if e := t.Elem(); e.Kind() == reflect.Uint8 && !writesItself(e) {
		return &jsonschema.Schema{Types: []string{"string", "null"}, ContentEncoding: "base64"}
	}
	return &jsonschema.Schema{Types: []string{"array", "null"}, Items: b.of(path+"[]", t.Elem())}
}

func (b *builder) mapping(path string, t reflect.Type) *jsonschema.Schema {
	s := &jsonschema.Schema{Types: []string{"object", "null"}}
	switch key := t.Key(); {
	case key.Kind() == reflect.String || key.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
	case key.Kind() >= reflect.Int && key.Kind() <= reflect.Int64:
		s.PropertyNames = &jsonschema.Schema{Pattern: "^-?[0-9]+$"}
	case key.Kind() >= reflect.Uint && key.Kind() <= reflect.Uintptr:
		s.PropertyNames = &jsonschema.Schema{Pattern: "^[0-9]+$"}
	default:
		return b.refuse(path, "map key "+key.String())
	}
	s.AdditionalProperties = b.of(path+"{}", t.Elem())
	return s
}
