package typed

import (
	"fmt"
	"reflect"
	"slices"
)

// A preset is the default of a field of the body.
type preset struct {
	index []int
	value reflect.Value
}

// preset stores the defaults in v, before it is decoded into.
func (b *body) preset(v reflect.Value) {
	for _, p := range b.presets {
		inside(v, p.index).Set(fresh(p.value))
	}
}

// fresh returns a copy that a method may change.
func fresh(v reflect.Value) reflect.Value {
	switch {
	case v.Kind() == reflect.Pointer:
		copied := reflect.New(v.Type().Elem())
		copied.Elem().Set(v.Elem())
		return copied
	case v.Kind() == reflect.Slice:
		copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(copied, v)
		return copied
	default:
		return v
	}
}

// presetsOf lists the defaults in the struct t and in the structs that are
// fields of it. Behind pointers and in lists there is nothing yet to store them
// in.
func (r *Registry) presetsOf(t reflect.Type, index []int) ([]preset, error) {
	var all []preset
	for _, f := range members(t) {
		at := slices.Concat(index, f.Index)
		if f.unreachable != "" {
			return nil, f.unreachableError()
		}
		if _, ok := f.Tag.Lookup("default"); ok {
			v, err := r.presetOf(t, f)
			if err != nil {
				return nil, err
			}
			all = append(all, preset{at, v})
			continue
		}
		if isRecord(f.Type) && f.Type.Kind() == reflect.Struct {
			inner, err := r.presetsOf(f.Type, at)
			if err != nil {
				return nil, err
			}
			all = append(all, inner...)
			continue
		}
		if path := hiddenDefault(f.Type, map[reflect.Type]bool{}); path != "" {
			return nil, fmt.Errorf("field %s%s: have tag default behind a pointer, list or map, where none can be set; "+
				"want it in a struct that is there from the start, or none", f.Name, path)
		}
	}
	return all, nil
}

func (r *Registry) presetOf(t reflect.Type, f field) (reflect.Value, error) {
	s := r.huma.Schema(t, false, "").Properties[f.name]
	want := "a value that JSON has for it"
	if s == nil || s.Default == nil {
		return reflect.Value{}, fmt.Errorf("field %s: have tag default:%q, want %s", f.Name, f.Tag.Get("default"), want)
	}
	v := reflect.ValueOf(s.Default)
	switch {
	case v.Type().AssignableTo(f.Type):
		return v, nil
	case v.Type().ConvertibleTo(f.Type):
		return v.Convert(f.Type), nil
	default:
		return v, fmt.Errorf("field %s: have tag default:%q on a %s, want %s", f.Name, f.Tag.Get("default"), f.Type, want)
	}
}

// hiddenDefault returns the path to a field with a default inside t.
func hiddenDefault(t reflect.Type, done map[reflect.Type]bool) string {
	t = deref(t)
	if done[t] {
		return ""
	}
	done[t] = true
	switch {
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Array, t.Kind() == reflect.Map:
		return hiddenDefault(t.Elem(), done)
	case !isRecord(t):
		return ""
	}
	for _, f := range members(t) {
		if _, ok := f.Tag.Lookup("default"); ok {
			return "." + f.Name
		}
		if path := hiddenDefault(f.Type, done); path != "" {
			return "." + f.Name + path
		}
	}
	return ""
}
