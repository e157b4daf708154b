package redact

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/entrypoint"
)

// redactDepth is how far into a value is looked, pointers included; what is deeper is
// hidden.
const redactDepth = 10

// redactAny returns a value that is no plain one as it may be shown, where that is
// another one: by the names that it has in JSON.
func redactAny(v any) (quiet any, changed bool) {
	_, ownJSON := v.(json.Marshaler)
	if _, failed := v.(error); failed && !ownJSON {
		text := fmt.Sprint(v) // which survives a nil pointer
		return redactURLs(text), strings.Contains(text, "://")
	}
	return redactValue(reflect.ValueOf(v), redactDepth)
}

// redactValue is redactAny for what may be in another value. What is not exported shows in
// text, so it is looked at; it is nil where it is shown.
func redactValue(v reflect.Value, depth int) (quiet any, changed bool) {
	if !v.IsValid() || isNil(v) {
		return original(v), false
	}
	if own, ok := marshalerIn(v); ok {
		if tree, ok := treeOf(own); ok {
			quiet, inTree := redactKind(reflect.ValueOf(tree), depth)
			if _, inFields := redactKind(v, depth); inTree || inFields { // text shows the fields
				return quiet, true
			}
			return v.Interface(), false
		}
	}
	if text, ok := textIn(v); ok {
		return redactSpoken(v, text, depth)
	}
	return redactKind(v, depth)
}

// redactSpoken is redactValue for one with a text of its own. JSON shows the fields of
// errors, and of what has no more than the method String.
func redactSpoken(v reflect.Value, text string, depth int) (quiet any, changed bool) {
	if strings.Contains(text, "://") {
		return config.Redact(text), true
	}
	if _, full := reflect.TypeAssert[encoding.TextMarshaler](v); full {
		return v.Interface(), false
	}
	quiet, changed = redactKind(v, depth)
	if _, failed := reflect.TypeAssert[error](v); failed && changed {
		return text, true
	}
	return quiet, changed
}

// redactKind looks into a value, whatever it says of itself.
func redactKind(v reflect.Value, depth int) (quiet any, changed bool) {
	switch v.Kind() {
	case reflect.String:
		if strings.Contains(v.String(), "://") {
			return config.Redact(v.String()), true
		}
	case reflect.Interface:
		return redactValue(v.Elem(), depth)
	case reflect.Pointer, reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		return redactInside(v, depth)
	default: // numbers and the like
	}
	return original(v), false
}

func redactInside(v reflect.Value, depth int) (quiet any, changed bool) {
	switch kind := v.Kind(); {
	case kind == reflect.Pointer && !v.CanInterface(),
		(kind == reflect.Slice || kind == reflect.Array) && v.Type().Elem().Kind() < reflect.Array:
		return original(v), false // an address, or numbers and bytes
	case depth == 0:
		return entrypoint.Hidden, true
	case kind == reflect.Pointer:
		quiet, changed = redactValue(v.Elem(), depth-1)
	case kind == reflect.Struct:
		quiet, changed = redactFields(v, depth)
	case kind == reflect.Map:
		quiet, changed = redactEntries(v, depth)
	default:
		quiet, changed = redactElements(v, depth)
	}
	if !changed {
		return original(v), false
	}
	return quiet, true
}

func redactFields(v reflect.Value, depth int) (shown map[string]any, changed bool) {
	shown = make(map[string]any, v.NumField())
	if depth == 0 {
		return shown, true
	}
	for f, value := range v.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if inner, ok := embedded(f, value); ok && name == "" {
			lent, other := redactFields(inner, depth-1)
			maps.Copy(lent, shown) // the outer ones win
			shown, changed = lent, changed || other
			continue
		}
		quiet, other := redactUnder(f.Name, value, depth-1)
		if secret(name, value) {
			quiet, other = entrypoint.Hidden, true
		}
		if changed = changed || other; f.IsExported() && f.Tag.Get("json") != "-" {
			shown[cmp.Or(name, f.Name)] = quiet
		}
	}
	return shown, changed
}

// embedded returns the struct whose fields a field lends to the one that it is in.
func embedded(f reflect.StructField, v reflect.Value) (inner reflect.Value, ok bool) {
	if f.Anonymous && v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v, f.Anonymous && v.Kind() == reflect.Struct
}

func redactEntries(v reflect.Value, depth int) (shown map[string]any, changed bool) {
	shown = make(map[string]any, v.Len())
	for iterator := v.MapRange(); iterator.Next(); {
		key := fmt.Sprint(iterator.Key())
		if text, ok := textIn(iterator.Key()); ok {
			key = text
		}
		quiet, other := redactUnder(key, iterator.Value(), depth-1)
		shown[redactURLs(key)], changed = quiet, changed || other || strings.Contains(key, "://")
	}
	return shown, changed
}

func redactElements(v reflect.Value, depth int) (shown []any, changed bool) {
	shown = make([]any, v.Len())
	for i := range shown {
		var other bool
		shown[i], other = redactValue(v.Index(i), depth-1)
		changed = changed || other
	}
	return shown, changed
}

// redactUnder is redactValue for what stands under a key.
func redactUnder(key string, v reflect.Value, depth int) (quiet any, changed bool) {
	if secret(key, v) {
		return entrypoint.Hidden, true
	}
	return redactValue(v, depth)
}

// secret reports whether a value must not be shown because of its key. How many tokens
// there are may be.
func secret(key string, v reflect.Value) bool {
	if !config.Secret(key) {
		return false
	}
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	number := v.IsValid() && (v.CanInt() || v.CanUint() || v.CanFloat() || v.Type() == reflect.TypeFor[json.Number]())
	return !number || !strings.HasSuffix(strings.ToLower(key), "tokens")
}

// marshalerIn returns what a value is in JSON by a method of its own.
func marshalerIn(v reflect.Value) (own json.Marshaler, ok bool) {
	if !v.CanInterface() {
		return nil, false
	}
	if v.CanAddr() && v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface {
		v = v.Addr()
	}
	return reflect.TypeAssert[json.Marshaler](v)
}

// treeOf returns what a value marshals itself as; false where it cannot.
func treeOf(own json.Marshaler) (tree any, ok bool) {
	err := calm(func() error {
		data, err := json.Marshal(own)
		if err != nil {
			return err
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		return decoder.Decode(&tree)
	})
	return tree, err == nil && tree != nil
}

// textIn returns what a value says of itself; false where it says nothing.
func textIn(v reflect.Value) (text string, ok bool) {
	if !v.CanInterface() {
		return "", false
	}
	switch own := v.Interface().(type) {
	case encoding.TextMarshaler:
		err := calm(func() error {
			data, err := own.MarshalText()
			text = string(data)
			return err
		})
		return text, err == nil
	case error, fmt.Stringer:
		return fmt.Sprint(own), true
	default:
		return "", false
	}
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return v.IsNil()
	default:
		return false
	}
}

// original returns the value itself.
func original(v reflect.Value) any {
	if !v.IsValid() || !v.CanInterface() {
		return nil
	}
	return v.Interface()
}

func redactURLs(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	return config.Redact(text)
}

// calm runs what a value of the user's says of itself; a panic is an error.
func calm(say func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return say()
}
