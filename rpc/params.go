package rpc

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/fault"
)

// params decodes bodies into the parameters of a method.
type params struct {
	names    []string // where declared
	types    []reflect.Type
	required int // leading parameters that a caller has to give
	optional func(i int) bool
}

// decode fills into, one pointer per parameter. form is the header Svc-Args: an
// array of all arguments, an object of all by name, or unsaid. Unsaid, the body
// of a method with one parameter is that argument itself; an array or an object
// around it is understood where the argument could be neither.
func (p params) decode(c codec.Codec, data []byte, form string, into []any) error {
	shape := c.Shape(data)
	switch {
	case len(data) == 0 || len(into) == 0 && shape.Kind == codec.KindNil:
		return p.nothing()
	case form == argsPositional:
		return c.DecodeArray(data, into, p.required)
	case form == argsNamed:
		return p.decodeNamed(c, data, shape, into)
	case form != "":
		return fmt.Errorf("header %s: have %.100q, want %s, %s or none", headerArgs, form, argsPositional, argsNamed)
	case len(into) == 1:
		return p.decodeOne(c, data, shape, into)
	case shape.Kind == codec.KindObject && shape.Len == 0:
		return p.nothing()
	case shape.Kind == codec.KindObject:
		return p.byName(c, data, into)
	default:
		return c.DecodeArray(data, into, p.required)
	}
}

// nothing accepts a call without arguments.
func (p params) nothing() error {
	if p.required > 0 {
		return &codec.ArityError{Have: 0, Min: p.required, Max: len(p.types)}
	}
	return nil
}

// decodeOne decodes the body of a method with one parameter.
func (p params) decodeOne(c codec.Codec, data []byte, shape codec.Shape, into []any) error {
	switch {
	case shape.Kind == codec.KindArray && !holds(p.types[0], codec.KindArray):
		return c.DecodeArray(data, into, p.required)
	case shape.Kind == codec.KindObject && len(p.names) == 1 && !holds(p.types[0], codec.KindObject):
		return p.byName(c, data, into)
	default:
		return c.Decode(data, into[0])
	}
}

// decodeNamed decodes an object of arguments by name. The fields of a single
// struct parameter may be given as if they were the arguments.
func (p params) decodeNamed(c codec.Codec, data []byte, shape codec.Shape, into []any) error {
	if len(into) == 1 && holds(p.types[0], codec.KindObject) && (len(p.names) != 1 || shape.Len != 1 || !shape.Has(p.names[0])) {
		return c.Decode(data, into[0])
	}
	return p.byName(c, data, into)
}

func (p params) byName(c codec.Codec, data []byte, into []any) error {
	if len(p.names) == 0 && len(into) > 0 {
		return errors.New("the method takes its arguments by position only: its marker names none (tag key args)")
	}
	return c.DecodeObject(data, p.names, into, p.optional)
}

// holds reports whether a value of type t may be an array or an object on the
// wire.
func holds(t reflect.Type, kind codec.Kind) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Slice, reflect.Array:
		return kind == codec.KindArray && !implements[encoding.TextMarshaler](t) || implements[json.Marshaler](t)
	case reflect.Struct:
		return kind == codec.KindObject && !implements[encoding.TextMarshaler](t) || implements[json.Marshaler](t)
	case reflect.Map:
		return kind == codec.KindObject
	default:
		return implements[json.Marshaler](t)
	}
}

func implements[I any](t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[I]()) || reflect.PointerTo(t).Implements(reflect.TypeFor[I]())
}

// refuse returns why a body was not taken, as the caller is told.
func (p params) refuse(method string, err error) *fault.Error {
	if malformed, ok := errors.AsType[*codec.MalformedError](err); ok {
		return ErrMalformed.Explain("call of %s: %v", method, malformed)
	}
	return ErrBadArguments.Explain("call of %s: %v", p.signature(method), err)
}

// signature returns the method with its parameters, for messages.
func (p params) signature(method string) string {
	all := make([]string, len(p.types))
	for i, t := range p.types {
		all[i] = t.String()
		if len(p.names) > 0 {
			all[i] = p.names[i] + " " + t.String()
		}
	}
	return method + "(" + strings.Join(all, ", ") + ")"
}
