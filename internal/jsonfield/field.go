// Package jsonfield lists the fields of structs as encoding/json sees them.
package jsonfield

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// A Field is one of a struct, or of the structs embedded in it.
type Field struct {
	reflect.StructField // Index leads from the outer struct

	Key    string   // of the member: what the json tag has, else the name
	Tagged bool     // Key is from the tag
	Flags  []string // what the tag has after the key
}

// Of returns the fields of the struct t that encoding/json writes and reads, in
// their order. It differs in two things: an embedded struct that is not exported
// is left out if its tag has a key, and every key in a tag counts, also one
// with characters that encoding/json refuses.
func Of(t reflect.Type) []Field {
	all := Walk(t, func(reflect.StructField) bool { return false })
	return Dominant(slices.DeleteFunc(all, Field.Ignored), Field.claim)
}

// Walk returns the exported fields of the struct t and of those embedded in it,
// in their order, with those that are Ignored and those that hide each other.
// whole is asked of each embedded struct that has no key, and reports whether
// it is a field as others are; its own fields take its place otherwise.
func Walk(t reflect.Type, whole func(reflect.StructField) bool) []Field {
	w := walk{whole: whole, outer: make(map[reflect.Type]bool)}
	w.visit(t, nil)
	return w.all
}

// Has reports whether the json tag has flag, such as omitempty.
func (f Field) Has(flag string) bool { return slices.Contains(f.Flags, flag) }

// Ignored reports whether the tag is json:"-".
func (f Field) Ignored() bool { return f.Tag.Get("json") == "-" }

// claim returns what f has to say for its key.
func (f Field) claim() Claim { return Claim{f.Key, len(f.Index), f.Tagged} }

type walk struct {
	whole func(reflect.StructField) bool
	outer map[reflect.Type]bool // on the way here: a struct may embed a pointer to itself
	all   []Field
}

func (w *walk) visit(t reflect.Type, index []int) {
	if w.outer[t] {
		return
	}
	w.outer[t] = true
	defer delete(w.outer, t)
	for sf := range t.Fields() {
		sf.Index = slices.Concat(index, sf.Index)
		f := read(sf)
		if inner := f.embedded(); inner != nil && !w.whole(sf) {
			w.visit(inner, sf.Index)
		} else if sf.IsExported() {
			w.all = append(w.all, f)
		}
	}
}

func read(sf reflect.StructField) Field {
	key, flags, _ := strings.Cut(sf.Tag.Get("json"), ",")
	return Field{sf, cmp.Or(key, sf.Name), key != "", strings.Split(flags, ",")}
}

// embedded returns the struct whose fields may take the place of f, nil for none.
func (f Field) embedded() reflect.Type {
	if !f.Anonymous || f.Tagged { // json:"-" is a key here
		return nil
	}
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}
