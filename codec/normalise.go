package codec

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"time"
)

// Normalise returns what a decode into any gave, from either codec or from
// another library, as JSON sees it: nil, bool, string, int64, uint64 (beyond
// int64 only), float64, []any and map[string]any. Bytes become base64, a time
// becomes RFC 3339, keys of maps become strings. It copies arrays and objects
// and leaves v alone. What lies deeper than messages may nest, or is none of
// these, becomes its text. Shells and JSON views are for whom it is.
func Normalise(v any) any { return normalised(v, 0) }

func normalised(v any, depth int) any {
	switch v := v.(type) {
	case nil, bool, string, int64, float64:
		return v
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case error:
		return v.Error()
	}
	if depth > maxDepth {
		return fmt.Sprintf("%T", v)
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice, reflect.Array:
		return normalisedList(r, depth)
	case reflect.Map:
		return normalisedMap(r, depth)
	case reflect.Bool:
		return r.Bool()
	case reflect.String:
		return settledText(v, r)
	default:
		return plainNumber(v)
	}
}

// settledText returns a named string as a string and a json.Number as a number.
func settledText(v any, r reflect.Value) any {
	if n := settled(v); n != v {
		return n
	}
	return r.String()
}

// plainNumber returns a number of any type as one of the three, all else as text.
func plainNumber(v any) any {
	switch n := settledNumber(v).(type) {
	case int64, uint64, float64:
		return n
	default:
		return fmt.Sprint(v)
	}
}

func normalisedList(r reflect.Value, depth int) any {
	if r.Kind() == reflect.Slice && r.IsNil() {
		return nil
	}
	list := make([]any, r.Len())
	for i := range list {
		list[i] = normalised(r.Index(i).Interface(), depth+1)
	}
	return list
}

func normalisedMap(r reflect.Value, depth int) any {
	if r.IsNil() {
		return nil
	}
	object := make(map[string]any, r.Len())
	for iter := r.MapRange(); iter.Next(); {
		key := fmt.Sprint(normalised(iter.Key().Interface(), depth+1))
		object[key] = normalised(iter.Value().Interface(), depth+1)
	}
	return object
}
