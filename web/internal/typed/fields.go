package typed

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// The places outside the body that a field's tag can name, in the order in
// which they are looked for.
var places = []string{"path", "query", "header", "cookie"}

// A field is one of a struct or of the structs embedded in it.
type field struct {
	reflect.StructField        // Index leads from the outer struct
	in, name            string // in is "" where no tag names a place; name is that there, else the JSON name
	tagged              bool
	flags               []string // of the json tag
	unreachable         string   // the embedded pointer to an unexported struct before it: nothing can set it
	sources             []string // all the place tags it has
}

func (f field) has(flag string) bool { return slices.Contains(f.flags, flag) }

// required reports whether a member of an object must be there.
func (f field) required() bool {
	if text, ok := f.Tag.Lookup("required"); ok {
		return text == "true"
	}
	_, hasDefault := f.Tag.Lookup("default")
	return !hasDefault && f.Type.Kind() != reflect.Pointer && !f.has("omitempty") && !f.has("omitzero")
}

func (f field) unreachableError() error {
	return fmt.Errorf("field %s: have embedded pointer *%s, which is not exported, so that nothing can set it; "+
		"want the struct itself, or an exported name", f.Name, f.unreachable)
}

// fieldsOf returns the fields of t that a request can fill: those that
// encoding/json reads, and those whose tag names a place. Of several with one
// name the least embedded counts, then the one that is tagged, and none if that
// leaves several.
func fieldsOf(t reflect.Type) []field {
	named := make(map[string][]field)
	all := collect(t, nil, map[reflect.Type]bool{})
	for _, f := range all {
		named[f.in+" "+f.name] = append(named[f.in+" "+f.name], f)
	}
	return slices.DeleteFunc(all, func(f field) bool { return !dominates(f, named[f.in+" "+f.name]) })
}

// members returns the fields of t that encoding/json reads, whatever else their
// tags say.
func members(t reflect.Type) []field {
	named := make(map[string][]field)
	var all []field
	for _, f := range collect(t, nil, map[reflect.Type]bool{}) {
		if f.Tag.Get("json") == "-" {
			continue
		}
		f.in, f.name = "", jsonName(f.StructField)
		named[f.name] = append(named[f.name], f)
		all = append(all, f)
	}
	return slices.DeleteFunc(all, func(f field) bool { return !dominates(f, named[f.name]) })
}

func dominates(f field, rivals []field) bool {
	for _, r := range rivals {
		if slices.Equal(r.Index, f.Index) {
			continue
		}
		if d := cmp.Compare(len(f.Index), len(r.Index)); d > 0 || d == 0 && (r.tagged || !f.tagged) {
			return false
		}
	}
	return true
}

// collect lists the fields of t and of the structs embedded in it. outer holds
// the types on the way here: a struct may embed a pointer to itself.
func collect(t reflect.Type, index []int, outer map[reflect.Type]bool) []field {
	if outer[t] {
		return nil
	}
	outer[t] = true
	defer delete(outer, t)
	var all []field
	for sf := range t.Fields() {
		sf.Index = slices.Concat(index, sf.Index)
		if inner := embedded(sf); inner != nil {
			promoted := collect(inner, sf.Index, outer)
			for i := range promoted {
				if !sf.IsExported() && sf.Type.Kind() == reflect.Pointer {
					promoted[i].unreachable = sf.Name
				}
			}
			all = append(all, promoted...)
			continue
		}
		if f, ok := readField(sf); ok {
			all = append(all, f)
		}
	}
	return all
}

// embedded returns the struct whose fields take the place of sf, nil for none.
func embedded(sf reflect.StructField) reflect.Type {
	if !sf.Anonymous || sf.Tag.Get("json") == "-" || len(sourcesOf(sf)) > 0 {
		return nil
	}
	if name, _, _ := strings.Cut(sf.Tag.Get("json"), ","); name != "" {
		return nil
	}
	inner := sf.Type
	if inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	if inner.Kind() != reflect.Struct || writesItself(inner) {
		return nil
	}
	if _, body := sf.Tag.Lookup("body"); body {
		return nil
	}
	return inner
}

func readField(sf reflect.StructField) (field, bool) {
	f := field{StructField: sf, name: jsonName(sf), sources: sourcesOf(sf)}
	tag := sf.Tag.Get("json")
	_, body := sf.Tag.Lookup("body")
	if !sf.IsExported() || tag == "-" && len(f.sources) == 0 && !body {
		return f, false
	}
	first, flags, _ := strings.Cut(tag, ",")
	f.tagged, f.flags = first != "", strings.Split(flags, ",")
	if len(f.sources) > 0 {
		f.in, f.tagged = f.sources[0], true
		f.name, _, _ = strings.Cut(sf.Tag.Get(f.in), ",")
	}
	return f, true
}

func jsonName(sf reflect.StructField) string {
	name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
	return cmp.Or(name, sf.Name)
}

func sourcesOf(sf reflect.StructField) []string {
	var have []string
	for _, place := range places {
		if _, ok := sf.Tag.Lookup(place); ok {
			have = append(have, place)
		}
	}
	return have
}

// deref follows pointers; one to itself, which no method can use, ends it too.
func deref(t reflect.Type) reflect.Type {
	for range deepest {
		if t.Kind() != reflect.Pointer {
			break
		}
		t = t.Elem()
	}
	return t
}

// deepest is how many pointers to pointers are followed.
const deepest = 16

// inside returns the field of v at index and makes the embedded structs on the
// way where they are nil.
func inside(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		v = allocated(v).Field(i)
	}
	return v
}

// allocated follows the pointer that v may be, to a new value where it is nil.
func allocated(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	return v
}
