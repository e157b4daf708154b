package typed

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/internal/jsonfield"
)

// The places outside the body that a field's tag can name, in the order in
// which they are looked for.
var places = []string{"path", "query", "header", "cookie"}

// A field is one of a struct or of the structs embedded in it, or a parameter.
type field struct {
	jsonfield.Field          // Tagged is true where a tag names a place, too
	in, name        string   // in is "" where no tag names a place; name is that there, else the key
	unreachable     string   // the embedded pointer to an unexported struct before it: nothing can set it
	sources         []string // all the place tags it has
}

// parameter returns a field that is none: a parameter with a name.
func parameter(name string, t reflect.Type) field {
	return field{Field: jsonfield.Field{StructField: reflect.StructField{Name: name, Type: t}}, name: name}
}

// required reports whether a member of an object must be there.
func (f field) required() bool {
	if text, ok := f.Tag.Lookup("required"); ok {
		return text == "true"
	}
	_, hasDefault := f.Tag.Lookup("default")
	return !hasDefault && f.Type.Kind() != reflect.Pointer && !f.Has("omitempty") && !f.Has("omitzero")
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
	return jsonfield.Dominant(collect(t), field.claim)
}

// members returns the fields of t that encoding/json reads, whatever else their
// tags say.
func members(t reflect.Type) []field {
	all := slices.DeleteFunc(collect(t), field.Ignored)
	for i := range all {
		all[i].in, all[i].name = "", all[i].Key
	}
	return jsonfield.Dominant(all, field.claim)
}

// claim keeps the names of each place apart.
func (f field) claim() jsonfield.Claim {
	return jsonfield.Claim{Key: f.in + " " + f.name, Depth: len(f.Index), Tagged: f.Tagged}
}

// collect lists the fields of t and of the structs embedded in it.
func collect(t reflect.Type) []field {
	var all []field
	for _, jf := range jsonfield.Walk(t, isWhole) {
		f := field{Field: jf, name: jf.Key, unreachable: unreachable(t, jf.Index), sources: sourcesOf(jf.Tag)}
		_, body := f.Tag.Lookup("body")
		if f.Ignored() && len(f.sources) == 0 && !body {
			continue
		}
		if len(f.sources) > 0 {
			f.in, f.Tagged = f.sources[0], true
			f.name, _, _ = strings.Cut(f.Tag.Get(f.in), ",")
		}
		all = append(all, f)
	}
	return all
}

// isWhole reports whether sf, an embedded struct, is filled as a whole.
func isWhole(sf reflect.StructField) bool {
	_, body := sf.Tag.Lookup("body")
	return body || len(sourcesOf(sf.Tag)) > 0 || writesItself(deref(sf.Type))
}

// unreachable returns the first embedded pointer to an unexported struct on the
// way from t to the field at index, "" for none.
func unreachable(t reflect.Type, index []int) string {
	for _, i := range index[:len(index)-1] {
		sf := deref(t).Field(i)
		if !sf.IsExported() && sf.Type.Kind() == reflect.Pointer {
			return sf.Name
		}
		t = sf.Type
	}
	return ""
}

func sourcesOf(tag reflect.StructTag) []string {
	var have []string
	for _, place := range places {
		if _, ok := tag.Lookup(place); ok {
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
