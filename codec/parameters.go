package codec

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// Form is what a body is said to be.
type Form string

// The forms. Unsaid, the body of a method with one parameter is that argument
// itself; an array or an object around it is understood where the argument could
// be neither. Of other methods it is an array or an object of all arguments.
const (
	Unsaid     Form = ""
	Positional Form = "positional" // an array of all arguments
	Named      Form = "named"      // an object of all arguments by name
)

// Parameters are those of a method, as bodies give them.
type Parameters struct {
	Names    []string // one for each, or none: then objects are refused
	Types    []reflect.Type
	Required int              // leading parameters that a sender has to give
	Optional func(i int) bool // whether a name may be absent; nil means that none may
	Hide     Hide             // what errors must not tell; nil for nothing
}

// Decode decodes a body into what the elements of into point to, one for each
// parameter. An empty body is no arguments, whatever its form. Beside the errors of
// the codec it gives *FormError for a form that is none of the three, and [ErrUnnamed].
func (p Parameters) Decode(c Codec, data []byte, form Form, into []any) error {
	return p.conceal(p.decode(c, data, form, into))
}

func (p Parameters) decode(c Codec, data []byte, form Form, into []any) error {
	shape := c.Shape(data)
	switch {
	case len(data) == 0 || len(into) == 0 && shape.Kind == KindNil:
		return p.nothing()
	case form == Positional:
		return c.DecodeArray(data, into, p.Required)
	case form == Named:
		return p.decodeNamed(c, data, shape, into)
	case form != Unsaid:
		return &FormError{Have: form}
	case len(into) == 1:
		return p.decodeOne(c, data, shape, into)
	case shape.Kind == KindObject && shape.Len == 0:
		return p.nothing()
	case shape.Kind == KindObject:
		return p.byName(c, data, into)
	default:
		return c.DecodeArray(data, into, p.Required)
	}
}

// nothing accepts a body without arguments.
func (p Parameters) nothing() error {
	if p.Required > 0 {
		return &ArityError{Have: 0, Min: p.Required, Max: len(p.Types)}
	}
	return nil
}

// decodeOne decodes a body of unsaid form for one parameter.
func (p Parameters) decodeOne(c Codec, data []byte, shape Shape, into []any) error {
	switch {
	case shape.Kind == KindArray && !holds(p.Types[0], KindArray):
		return c.DecodeArray(data, into, p.Required)
	case shape.Kind == KindObject && len(p.Names) == 1 && !holds(p.Types[0], KindObject):
		return p.byName(c, data, into)
	default:
		return c.Decode(data, into[0])
	}
}

// decodeNamed decodes an object of arguments by name. The fields of a single
// struct parameter may be given as if they were the arguments.
func (p Parameters) decodeNamed(c Codec, data []byte, shape Shape, into []any) error {
	if len(into) == 1 && holds(p.Types[0], KindObject) && (len(p.Names) != 1 || shape.Len != 1 || !shape.Has(p.Names[0])) {
		return c.Decode(data, into[0])
	}
	return p.byName(c, data, into)
}

func (p Parameters) byName(c Codec, data []byte, into []any) error {
	if len(p.Names) == 0 && len(into) > 0 {
		return ErrUnnamed
	}
	return c.DecodeObject(data, p.Names, into, p.Optional)
}

// holds reports whether a value of type t may be an array or an object in a message.
func holds(t reflect.Type, kind Kind) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Slice, reflect.Array:
		return kind == KindArray && !implements[encoding.TextMarshaler](t) || implements[json.Marshaler](t)
	case reflect.Struct:
		return kind == KindObject && !implements[encoding.TextMarshaler](t) || implements[json.Marshaler](t)
	case reflect.Map:
		return kind == KindObject
	default:
		return implements[json.Marshaler](t)
	}
}

func implements[I any](t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[I]()) || reflect.PointerTo(t).Implements(reflect.TypeFor[I]())
}

// Signature returns a method of that name with the parameters, for messages:
// "add(a int, b int)".
func (p Parameters) Signature(method string) string {
	all := make([]string, len(p.Types))
	for i, t := range p.Types {
		all[i] = t.String()
		if len(p.Names) > 0 {
			all[i] = p.Names[i] + " " + t.String()
		}
	}
	return method + "(" + strings.Join(all, ", ") + ")"
}
