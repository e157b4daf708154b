package codec

import (
	"fmt"
	"reflect"
)

// inspect walks a value of a type that can nest without bound and says why it
// cannot be encoded, "" if it can: it is too deep, as all cyclic values are, it
// is too big, or an interface in it holds something that has no form. Items
// bounds the walk where the depth does not, in a mesh of pointers.
func inspect(v reflect.Value, depth int, items *int) string {
	if *items++; *items > maxItems {
		return fmt.Sprintf("more than %d values; is it cyclic?", maxItems)
	}
	if depth > maxDepth {
		return fmt.Sprintf("more than %d levels deep; is it cyclic?", maxDepth)
	}
	if !v.IsValid() {
		return ""
	}
	p := planOf(v.Type())
	if p.broken+p.barred != "" || !p.deep || isOpaque(v.Type()) || isTextual(v.Type()) {
		return p.broken + p.barred
	}
	return inspectInside(v, depth, items)
}

func inspectInside(v reflect.Value, depth int, items *int) (reason string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return inspect(v.Elem(), depth, items)
	case reflect.Slice, reflect.Array:
		for i := 0; i < v.Len() && reason == ""; i++ {
			reason = inspect(v.Index(i), depth+1, items)
		}
	case reflect.Map:
		for iter := v.MapRange(); reason == "" && iter.Next(); {
			*items++
			reason = inspect(iter.Value(), depth+1, items)
		}
	case reflect.Struct:
		for i := 0; i < v.NumField() && reason == ""; i++ {
			if _, ok := wireName(v.Type().Field(i)); ok {
				reason = inspect(v.Field(i), depth+1, items)
			}
		}
	default:
	}
	return reason
}

// prepare returns what a library may be given to encode v: v itself, or a
// pointer to a copy where a marshaler inside has a pointer receiver and would
// be passed over otherwise. Checked means that the result must pass the guard
// too, for a library may nest what inspect did not see.
func prepare(v any) (ready any, checked bool, err error) {
	switch v.(type) {
	case nil, string, []byte, bool, int, int64, float64:
		return v, false, nil
	}
	t := reflect.TypeOf(v)
	p := planOf(t)
	reason := p.broken + p.barred
	if reason == "" && p.deep {
		reason = inspect(reflect.ValueOf(v), 0, new(int))
	}
	if reason != "" {
		return nil, false, &EncodeError{Type: t.String(), Reason: reason}
	}
	if p.pointer && t.Kind() != reflect.Pointer {
		addressable := reflect.New(t)
		addressable.Elem().Set(reflect.ValueOf(v))
		v = addressable.Interface()
	}
	return v, p.deep, nil
}
