package codec

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// misfit reads one value and returns the first place in it that does not fit t,
// nil if all does. It runs after a decode has failed, to say where.
func (c *packCursor) misfit(t reflect.Type, path string) *MismatchError {
	if c.data[c.pos] == 0xc0 {
		c.pos++
		return nil
	}
	switch {
	case t.Kind() == reflect.Pointer:
		return c.misfit(t.Elem(), path)
	case isOpaque(t), isTextual(t), t.Kind() == reflect.Interface:
		return c.refused(t, path)
	}
	start := c.pos
	v := c.next()
	if !fits(v, t) {
		return &MismatchError{Place: fieldPlace(path), Have: v.String(), Want: wanted(t)}
	}
	switch v.kind {
	case packArray:
		for i := range v.n {
			if m := c.misfit(elementType(t), path+"["+strconv.Itoa(i)+"]"); m != nil {
				return m
			}
		}
		return nil
	case packMap:
		return c.misfitEntries(t, path, v.n)
	default:
		c.pos = start
		c.span()
		return nil
	}
}

func (c *packCursor) misfitEntries(t reflect.Type, path string, n int) *MismatchError {
	for range n {
		key := packCursor{data: c.span()}
		name, _ := key.key()
		var value reflect.Type
		if t.Kind() == reflect.Map {
			key.pos, value = 0, t.Elem()
			if m := key.misfit(t.Key(), joinPath(path, name)); m != nil {
				return m
			}
		} else if field, known := fieldType(t, name); known {
			value = field
		} else {
			c.span()
			continue
		}
		if m := c.misfit(value, joinPath(path, name)); m != nil {
			return m
		}
	}
	return nil
}

// refused decodes a value by itself, to learn whether its type's own
// unmarshaler is what refuses it.
func (c *packCursor) refused(t reflect.Type, path string) *MismatchError {
	head := *c
	part := c.span()
	u := newUnpacker()
	u.data = part
	err := guarded(func() error { return u.dec.DecodeValue(reflect.New(t).Elem()) })
	if err == nil {
		return nil
	}
	return &MismatchError{Place: fieldPlace(path), Have: head.next().String(), Want: wanted(t), cause: foreign(err)}
}

// elementType returns what the elements of t are; t itself is what a struct
// written as an array falls back to.
func elementType(t reflect.Type) reflect.Type {
	if k := t.Kind(); k == reflect.Slice || k == reflect.Array {
		return t.Elem()
	}
	return reflect.TypeFor[any]()
}

// fieldType returns the type of the field that name means in t.
func fieldType(t reflect.Type, name string) (reflect.Type, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if wire, ok := wireName(f); ok && wire == name {
			return f.Type, true
		}
	}
	return nil, false
}

// fieldPlace turns the path of a field into a place.
func fieldPlace(path string) string {
	switch {
	case path == "":
		return ""
	case strings.HasPrefix(path, "["):
		return "element " + path
	default:
		return "field " + path
	}
}

// fits reports whether v, without what is nested in it, fits the kind of t.
func fits(v packValue, t reflect.Type) bool {
	if v.kind == packNil {
		return true
	}
	zero := reflect.Zero(t)
	switch k := t.Kind(); k {
	case reflect.Bool:
		return v.kind == packBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.kind == packInt && !zero.OverflowInt(int64(v.bits))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return (v.kind == packUint || v.kind == packInt && int64(v.bits) >= 0) && !zero.OverflowUint(v.bits)
	case reflect.Float32, reflect.Float64:
		return v.kind == packInt || v.kind == packUint || v.kind == packFloat && !tooBig(v.float(), k)
	case reflect.String:
		return v.kind == packString || v.kind == packBytes
	case reflect.Slice, reflect.Array:
		return fitsList(v, t)
	case reflect.Map, reflect.Struct:
		return v.kind == packMap
	default:
		return false
	}
}

func tooBig(f float64, k reflect.Kind) bool {
	return k == reflect.Float32 && math.Abs(f) > math.MaxFloat32 && !math.IsInf(f, 0)
}

func fitsList(v packValue, t reflect.Type) bool {
	n := v.n
	switch isBytes := t.Elem().Kind() == reflect.Uint8; {
	case isBytes && (v.kind == packString || v.kind == packBytes):
		n = len(v.bytes)
	case isBytes, v.kind != packArray:
		return false
	}
	return t.Kind() == reflect.Slice || n <= t.Len()
}

// wanted says in plain words what a value of type t is decoded from.
func wanted(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return wanted(t.Elem())
	}
	if isOpaque(t) || isTextual(t) {
		return "a " + t.String()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "a boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return wantedInt(t.Bits())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return wantedUint(t.Bits())
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return wantedList(t)
	case reflect.Map, reflect.Struct:
		return "an object"
	default:
		return "any standard value"
	}
}

// wantedInt and wantedUint name the bounds where they are ones that people meet.
func wantedInt(bits int) string {
	if bits == 64 {
		return "an integer"
	}
	limit := int64(1) << (bits - 1)
	return fmt.Sprintf("an integer from %d to %d", -limit, limit-1)
}

func wantedUint(bits int) string {
	if bits == 64 {
		return "an integer that is not negative"
	}
	return fmt.Sprintf("an integer from 0 to %d", int64(1)<<bits-1)
}

func wantedList(t reflect.Type) string {
	what, unit := "an array", "elements"
	if t.Elem().Kind() == reflect.Uint8 {
		what, unit = "bytes", "bytes"
	}
	if t.Kind() == reflect.Array {
		return fmt.Sprintf("%s of at most %d %s", what, t.Len(), unit)
	}
	return what
}
