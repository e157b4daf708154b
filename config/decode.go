package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/enoki-go/enoki/internal/suggest"
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// decoder fills values from nodes and collects the mistakes.
type decoder struct{ errs []error }

func (d *decoder) fail(n *node, path, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if path != "" {
		text = path + ": " + text
	}
	d.errs = append(d.errs, &mistake{n.at, text})
}

func (d *decoder) wrongType(n *node, path, want string) {
	d.fail(n, path, "have %s, want %s", n.describe(path), want)
}

// decode fills out, which holds the default, from n, which lies at path.
func (d *decoder) decode(n *node, out reflect.Value, path string) {
	t := out.Type()
	switch {
	case n.isNull():
	case t.Kind() == reflect.Pointer:
		out.Set(d.pointer(n, out, path))
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		out.Set(reflect.ValueOf(n.plain()))
	case n.kind == yaml.ScalarNode:
		d.scalar(n, out, path)
	case n.kind == yaml.MappingNode && t.Kind() == reflect.Struct && !readsText(t):
		d.structure(n, out, path)
	case n.kind == yaml.MappingNode && t.Kind() == reflect.Map:
		d.mapping(n, out, path)
	case n.kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		out.Set(reflect.MakeSlice(t, len(n.items), len(n.items)))
		d.items(n, out, path)
	case n.kind == yaml.SequenceNode && t.Kind() == reflect.Array && t.Len() == len(n.items):
		d.items(n, out, path)
	default:
		d.wrongType(n, path, describeType(t))
	}
}

// pointer returns a pointer to a filled copy of the default, which may be
// shared.
func (d *decoder) pointer(n *node, old reflect.Value, path string) reflect.Value {
	p := reflect.New(old.Type().Elem())
	if !old.IsNil() {
		p.Elem().Set(old.Elem())
	}
	d.decode(n, p.Elem(), path)
	return p
}

func (d *decoder) structure(n *node, out reflect.Value, path string) {
	fields := scan(out.Type())
	for _, e := range n.entries {
		key := e.key.text
		if index, ok := fields.index[key]; ok {
			d.decode(e.value, out.FieldByIndex(index), join(path, key))
			continue
		}
		d.fail(e.key, path, "have key %q, want %s", key, oneOf(key, fields.names))
	}
}

func oneOf(have string, known []string) string {
	if len(known) == 0 {
		return "none"
	}
	want := "one of " + strings.Join(known, ", ")
	if near := suggest.Nearest(have, known); near != "" {
		want += fmt.Sprintf("; did you mean %q?", near)
	}
	return want
}

func (d *decoder) mapping(n *node, out reflect.Value, path string) {
	t := out.Type()
	filled := reflect.MakeMapWithSize(t, len(n.entries))
	for _, key := range out.MapKeys() {
		filled.SetMapIndex(key, out.MapIndex(key))
	}
	for _, e := range n.entries {
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		at := join(path, e.key.text)
		before := len(d.errs)
		if d.decode(e.key, key, at); len(d.errs) > before {
			continue
		}
		if old := filled.MapIndex(key); old.IsValid() {
			value.Set(old)
		}
		d.decode(e.value, value, at)
		filled.SetMapIndex(key, value)
	}
	out.Set(filled)
}

func (d *decoder) items(n *node, out reflect.Value, path string) {
	for i, item := range n.items {
		d.decode(item, out.Index(i), join(path, strconv.Itoa(i)))
	}
}

func (d *decoder) scalar(n *node, out reflect.Value, path string) {
	t := out.Type()
	switch {
	case reflect.TypeOf(n.value) == t:
		out.Set(reflect.ValueOf(n.value))
	case readsText(t):
		d.text(n, out, path)
	case t == durationType:
		d.duration(n, out, path)
	case t.Kind() == reflect.String:
		out.SetString(n.text)
	case t.Kind() == reflect.Bool && reflect.TypeOf(n.value).Kind() == reflect.Bool:
		out.SetBool(n.value.(bool))
	case !setNumber(n.value, out):
		d.wrongType(n, path, describeType(t))
	}
}

func readsText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textType) }

func (d *decoder) text(n *node, out reflect.Value, path string) {
	err := out.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.text))
	switch {
	case err == nil:
	case n.describe(path) == redacted:
		d.wrongType(n, path, describeType(out.Type()))
	default:
		d.fail(n, path, "have %s, want %s: %s", n.describe(path), describeType(out.Type()), err)
	}
}

func (d *decoder) duration(n *node, out reflect.Value, path string) {
	text, _ := n.value.(string)
	duration, err := time.ParseDuration(text)
	if err != nil || text == "0" {
		d.wrongType(n, path, describeType(durationType))
		return
	}
	out.SetInt(int64(duration))
}

// setNumber sets out where it is a number that can hold value exactly.
func setNumber(value any, out reflect.Value) bool {
	v := reflect.ValueOf(value)
	switch {
	case out.CanFloat():
		return setFloat(v, out)
	case out.CanInt() && v.CanInt() && !out.OverflowInt(v.Int()):
		out.SetInt(v.Int())
	case out.CanUint() && v.CanInt() && v.Int() >= 0 && !out.OverflowUint(uint64(v.Int())):
		out.SetUint(uint64(v.Int()))
	case out.CanUint() && v.CanUint() && !out.OverflowUint(v.Uint()):
		out.SetUint(v.Uint())
	default:
		return false
	}
	return true
}

func setFloat(v, out reflect.Value) bool {
	if !v.CanFloat() && !v.CanInt() && !v.CanUint() {
		return false
	}
	f := v.Convert(reflect.TypeFor[float64]()).Float()
	if out.OverflowFloat(f) {
		return false
	}
	out.SetFloat(f)
	return true
}

// describeType says in a user's words what a field of type t wants.
func describeType(t reflect.Type) string {
	switch kind := t.Kind(); {
	case t == durationType:
		return `a duration with its unit such as "30s" or "1h30m"`
	case readsText(t):
		return "text for " + t.String()
	case kind == reflect.String:
		return "text"
	case kind == reflect.Bool:
		return "true or false"
	case kind >= reflect.Int && kind <= reflect.Int64:
		return describeInt(t.Bits())
	case kind >= reflect.Uint && kind <= reflect.Uint64:
		return describeUint(t.Bits())
	case kind == reflect.Float32 || kind == reflect.Float64:
		return "a number"
	case kind == reflect.Slice:
		return "a list"
	case kind == reflect.Array:
		return fmt.Sprintf("a list of %d", t.Len())
	case kind == reflect.Struct || kind == reflect.Map:
		return "a map"
	default:
		return "nothing, a " + t.String() + " cannot be configured"
	}
}

func describeInt(bits int) string {
	if bits == 64 {
		return "a whole number"
	}
	limit := int64(1) << (bits - 1)
	return fmt.Sprintf("a whole number from %d to %d", -limit, limit-1)
}

func describeUint(bits int) string {
	if bits == 64 {
		return "a whole number that is not negative"
	}
	return fmt.Sprintf("a whole number from 0 to %d", uint64(1)<<bits-1)
}
