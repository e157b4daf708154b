package schema

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

func (b *builder) object(path string, t reflect.Type) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: make(map[string]*jsonschema.Schema)}
	for _, f := range fields(t) {
		s.Properties[f.name] = b.property(path+"."+f.Name, f)
		s.PropertyOrder = append(s.PropertyOrder, f.name)
		if !f.has("omitempty") && !f.has("omitzero") {
			s.Required = append(s.Required, f.name)
		}
	}
	// Their order means nothing; sorted, moving a field keeps the hash.
	slices.Sort(s.Required)
	return s
}

func (b *builder) property(path string, f field) *jsonschema.Schema {
	s := b.of(path, f.Type)
	if f.has("string") {
		s = quoted(s, f.Type)
	}
	text, tagged := f.Tag.Lookup("jsonschema")
	if !tagged {
		return s
	}
	// As the library has it: WORD= is kept for keywords to come.
	if word, _, _ := strings.Cut(text, " "); text == "" || strings.Contains(word, "=") {
		return b.refuse(path, "tag jsonschema:"+strconv.Quote(text)+", which is not a description")
	}
	if s.Description != "" {
		text += " (" + s.Description + ")"
	}
	s.Description = text
	return s
}

// quoted is the effect of json:",string", which encoding/json gives to numbers,
// bools and strings only.
func quoted(s *jsonschema.Schema, t reflect.Type) *jsonschema.Schema {
	pointer := t.Kind() == reflect.Pointer
	if pointer {
		t = t.Elem()
	}
	if k := t.Kind(); k != reflect.String && (k < reflect.Bool || k > reflect.Float64) || writesItself(t) {
		return s
	}
	return allowNull(&jsonschema.Schema{Type: "string", Description: s.Description}, pointer)
}

// A field is one that encoding/json writes, under name.
type field struct {
	reflect.StructField
	name   string
	tagged bool
	flags  []string
}

func (f field) has(flag string) bool { return slices.Contains(f.flags, flag) }

// fields returns the fields that encoding/json writes, in their order: of
// several with one name the least embedded, then the one that is tagged, and
// none if that leaves several.
func fields(t reflect.Type) []field {
	named := make(map[string][]field)
	all := collect(t, nil, map[reflect.Type]bool{})
	for _, f := range all {
		named[f.name] = append(named[f.name], f)
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
		f, inner := read(sf)
		switch {
		case inner != nil:
			all = append(all, collect(inner, sf.Index, outer)...)
		case f.name != "":
			all = append(all, f)
		}
	}
	return all
}

// read returns sf as a field, or the struct whose fields take its place; neither
// for one that is not written.
func read(sf reflect.StructField) (field, reflect.Type) {
	text := sf.Tag.Get("json")
	name, rest, _ := strings.Cut(text, ",")
	if text == "-" {
		return field{}, nil
	}
	if sf.Anonymous && name == "" {
		inner := sf.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			return field{}, inner
		}
	}
	if !sf.IsExported() {
		return field{}, nil
	}
	return field{sf, cmp.Or(name, sf.Name), name != "", strings.Split(rest, ",")}, nil
}
