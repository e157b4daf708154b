package typed

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A reader stores text in a value; its error says only what it wants instead.
type reader func(text string, v reflect.Value) error

// maxList is how many elements a list in a query, header or form may have.
const maxList = 10_000

// readerOf returns how a t is read from text, nil if it cannot be.
func readerOf(t reflect.Type) reader {
	if t.Kind() == reflect.Pointer {
		return pointerReader(t)
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return unmarshaler("a point in time such as 2006-01-02T15:04:05Z")
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return unmarshaler("a " + t.String())
	case t == reflect.TypeFor[time.Duration]():
		return readDuration
	case isBytes(t):
		return func(text string, v reflect.Value) error { v.SetBytes([]byte(text)); return nil }
	}
	return kindReader(t)
}

func kindReader(t reflect.Type) reader {
	switch t.Kind() {
	case reflect.String:
		return readString
	case reflect.Bool:
		return readBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return readInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return readUint
	case reflect.Float32, reflect.Float64:
		return readFloat
	default:
		return nil
	}
}

func pointerReader(t reflect.Type) reader {
	if deref(t).Kind() == reflect.Pointer {
		return nil
	}
	read := readerOf(t.Elem())
	if read == nil {
		return nil
	}
	return func(text string, v reflect.Value) error {
		into := reflect.New(t.Elem())
		if err := read(text, into.Elem()); err != nil {
			return err
		}
		v.Set(into)
		return nil
	}
}

func unmarshaler(want string) reader {
	return func(text string, v reflect.Value) error {
		u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
		if !ok || u.UnmarshalText([]byte(text)) != nil {
			return wantError(want)
		}
		return nil
	}
}

// wantError is what a reader wants, in plain words.
type wantError string

func (e wantError) Error() string { return string(e) }

func readString(text string, v reflect.Value) error {
	if !utf8.ValidString(text) {
		return wantError("text in UTF-8")
	}
	v.SetString(text)
	return nil
}

func readBool(text string, v reflect.Value) error {
	b, err := strconv.ParseBool(text)
	if err != nil {
		return wantError("true or false")
	}
	v.SetBool(b)
	return nil
}

func readInt(text string, v reflect.Value) error {
	n, err := strconv.ParseInt(text, 10, v.Type().Bits())
	if err != nil {
		return wantError(wholeNumber(v.Type()))
	}
	v.SetInt(n)
	return nil
}

func readUint(text string, v reflect.Value) error {
	n, err := strconv.ParseUint(text, 10, v.Type().Bits())
	if err != nil {
		return wantError(wholeNumber(v.Type()))
	}
	v.SetUint(n)
	return nil
}

func readFloat(text string, v reflect.Value) error {
	f, err := strconv.ParseFloat(text, v.Type().Bits())
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) { // JSON has neither
		return wantError("a number")
	}
	v.SetFloat(f)
	return nil
}

func readDuration(text string, v reflect.Value) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		return wantError("a duration such as 1m30s")
	}
	v.SetInt(int64(d))
	return nil
}

// wholeNumber names the bounds where they are ones that people meet.
func wholeNumber(t reflect.Type) string {
	unsigned := t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64
	switch bits := t.Bits(); {
	case unsigned && bits == 64:
		return "a whole number that is not negative"
	case unsigned:
		return fmt.Sprintf("a whole number from 0 to %d", uint64(1)<<bits-1)
	case bits == 64:
		return "a whole number"
	default:
		limit := int64(1) << (bits - 1)
		return fmt.Sprintf("a whole number from %d to %d", -limit, limit-1)
	}
}

// isBytes reports whether t is a slice of bytes that are read as they come.
func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 &&
		!reflect.PointerTo(t.Elem()).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// clip returns text for a message: quoted, and cut where it is long.
func clip(text string) string {
	if len(text) > 60 {
		return strconv.Quote(strings.ToValidUTF8(text[:60], "")) + "…"
	}
	return strconv.Quote(text)
}
