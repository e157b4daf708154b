package typed

import (
	"encoding"
	"reflect"
	"time"
)

// isText reports whether a t can be read from one text.
func isText(t reflect.Type) bool { return readerOf(t) != nil }

// isList reports whether a t is read from several texts.
func isList(t reflect.Type) bool {
	t = deref(t)
	return t.Kind() == reflect.Slice && !isText(t)
}

// plainType is the type that describes the text of a t.
func plainType(t reflect.Type) reflect.Type {
	t = deref(t)
	switch {
	case isList(t):
		return reflect.SliceOf(plainType(t.Elem()))
	case does[encoding.TextUnmarshaler](t), isBytes(t), t == reflect.TypeFor[time.Duration]():
		return reflect.TypeFor[string]()
	default:
		return kinds[t.Kind()]
	}
}

// kinds are the types that have no name of their own.
var kinds = func() map[reflect.Kind]reflect.Type {
	all := map[reflect.Kind]reflect.Type{}
	for _, v := range []any{"", false, 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0), uint64(0), float32(0), 0.0} {
		all[reflect.TypeOf(v).Kind()] = reflect.TypeOf(v)
	}
	return all
}()
