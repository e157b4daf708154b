package contextdata

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/tag"
)

// Value is context data of the user's own:
//
//	Tenant contextdata.Value[int] `data:"tenant"`
//
// The tag key data is its key. T is a kind of string, bool, number, time.Duration, or a
// type with UnmarshalText. A call whose text is none of T fails with the code invalid
// before its method runs; its error does not show the text. In a test, see [Of].
type Value[T any] struct {
	value T
	known bool
}

// Of returns a value, as a test sets one:
//
//	m := &Letters{Tenant: contextdata.Of(7)}
func Of[T any](value T) Value[T] { return Value[T]{value, true} }

// Get returns the value, the zero one where the call has none.
func (v Value[T]) Get() T { return v.value }

// Known reports whether the call has one.
func (v Value[T]) Known() bool { return v.known }

// valueOptions are the tag keys of Value.
type valueOptions struct {
	Data string `tag:",required"`
}

// Provide fills the field.
func (Value[T]) Provide(f reflect.StructField, _ dependency.Host) (dependency.Provider, error) {
	var o valueOptions
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	parse, want := parserOf(reflect.TypeFor[T]())
	if parse == nil {
		return nil, fmt.Errorf("have context data of type %s, want a string, bool, number, time.Duration or a type with UnmarshalText", reflect.TypeFor[T]())
	}
	return newProvider(f, o.Data, func(text string) (any, error) {
		v := Value[T]{known: true}
		if err := parse(text, reflect.ValueOf(&v.value).Elem()); err != nil {
			return nil, fault.Newf(fault.Invalid, "context data %s: want %s", o.Data, want)
		}
		return v, nil
	})
}

// parseFunc sets out to what the text says.
type parseFunc func(text string, out reflect.Value) error

// parserOf returns how texts of a type are read, and what they are for people; nil for
// a type that has none.
func parserOf(t reflect.Type) (parse parseFunc, want string) {
	switch {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return parseText, "text for " + t.String()
	case t == reflect.TypeFor[time.Duration]():
		return parseDuration, `a duration with its unit such as "30s"`
	}
	switch zero := reflect.Zero(t); {
	case t.Kind() == reflect.String:
		return parseString, "text"
	case t.Kind() == reflect.Bool:
		return parseBool, "true or false"
	case zero.CanInt():
		return parseInt, fmt.Sprintf("a whole number of %d bits", t.Bits())
	case zero.CanUint():
		return parseUint, fmt.Sprintf("a whole number of %d bits that is not negative", t.Bits())
	case zero.CanFloat():
		return parseFloat, "a number"
	}
	return nil, ""
}

func parseText(text string, out reflect.Value) error {
	return out.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
}

func parseDuration(text string, out reflect.Value) error {
	d, err := time.ParseDuration(text)
	out.SetInt(int64(d))
	return err
}

func parseString(text string, out reflect.Value) error {
	out.SetString(text)
	return nil
}

func parseBool(text string, out reflect.Value) error {
	b, err := strconv.ParseBool(text)
	out.SetBool(b)
	return err
}

func parseInt(text string, out reflect.Value) error {
	n, err := strconv.ParseInt(text, 10, out.Type().Bits())
	out.SetInt(n)
	return err
}

func parseUint(text string, out reflect.Value) error {
	n, err := strconv.ParseUint(text, 10, out.Type().Bits())
	out.SetUint(n)
	return err
}

func parseFloat(text string, out reflect.Value) error {
	x, err := strconv.ParseFloat(text, out.Type().Bits())
	out.SetFloat(x)
	return err
}
