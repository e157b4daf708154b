package shell

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"
)

// maxDepth is how deep lists may nest; what is deeper holds itself.
const maxDepth = 64

// toGo returns v as what a call can carry.
func toGo(v starlark.Value) (any, error) { return outbound(v, 0) }

func outbound(v starlark.Value, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("a %s that is nested more than %d deep, or holds itself, cannot be sent", v.Type(), maxDepth)
	}
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.Int:
		return outboundInt(v)
	case starlark.Float:
		return float64(v), nil
	case starlark.String:
		return string(v), nil
	case starlark.Bytes:
		return []byte(v), nil
	case starlark.IterableMapping:
		return outboundMap(v, depth)
	case starlark.Iterable:
		return outboundList(v, depth)
	case *pending:
		return nil, errors.New("a call that is under way cannot be sent; send its .result()")
	default:
		return nil, fmt.Errorf("a %s cannot be sent", v.Type())
	}
}

func outboundInt(v starlark.Int) (any, error) {
	if n, ok := v.Int64(); ok {
		return n, nil
	}
	if n, ok := v.Uint64(); ok {
		return n, nil
	}
	return nil, fmt.Errorf("int %s cannot be sent: want at most 64 bits; send it as text, str(…)", v)
}

func outboundMap(v starlark.IterableMapping, depth int) (any, error) {
	object := make(map[string]any)
	for key, item := range starlark.Entries(v) {
		name, ok := starlark.AsString(key)
		if !ok {
			return nil, fmt.Errorf("a dict with the key %s cannot be sent: want keys that are strings", repr(key))
		}
		var err error
		if object[name], err = outbound(item, depth+1); err != nil {
			return nil, err
		}
	}
	return object, nil
}

func outboundList(v starlark.Iterable, depth int) (any, error) {
	list := []any{}
	for item := range starlark.Elements(v) {
		sent, err := outbound(item, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, sent)
	}
	return list, nil
}

// toStarlark returns what was decoded into any, by either codec or from YAML, as
// a value. Keys of maps are sorted; a time becomes its text in RFC 3339.
func toStarlark(v any) (starlark.Value, error) {
	switch v := v.(type) {
	case nil:
		return starlark.None, nil
	case []byte:
		return starlark.Bytes(v), nil
	case time.Time:
		return starlark.String(v.Format(time.RFC3339Nano)), nil
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice, reflect.Array:
		return inboundList(r)
	case reflect.Map:
		return inboundMap(r)
	default:
		return inboundScalar(v, r), nil
	}
}

func inboundScalar(v any, r reflect.Value) starlark.Value {
	switch {
	case r.Kind() == reflect.Bool:
		return starlark.Bool(r.Bool())
	case r.CanInt():
		return starlark.MakeInt64(r.Int())
	case r.CanUint():
		return starlark.MakeUint64(r.Uint())
	case r.CanFloat():
		return starlark.Float(r.Float())
	default:
		return starlark.String(fmt.Sprint(v))
	}
}

func inboundList(r reflect.Value) (starlark.Value, error) {
	list := make([]starlark.Value, r.Len())
	for i := range list {
		var err error
		if list[i], err = toStarlark(r.Index(i).Interface()); err != nil {
			return nil, err
		}
	}
	return starlark.NewList(list), nil
}

func inboundMap(r reflect.Value) (starlark.Value, error) {
	byText := make(map[string]reflect.Value, r.Len())
	for _, key := range r.MapKeys() {
		byText[fmt.Sprintf("%T %v", key.Interface(), key.Interface())] = key
	}
	dict := starlark.NewDict(r.Len())
	for _, text := range slices.SortedFunc(maps.Keys(byText), strings.Compare) {
		key, err := toStarlark(byText[text].Interface())
		if err != nil {
			return nil, err
		}
		value, err := toStarlark(r.MapIndex(byText[text]).Interface())
		if err != nil {
			return nil, err
		}
		if err := dict.SetKey(key, value); err != nil {
			return nil, err
		}
	}
	return dict, nil
}
