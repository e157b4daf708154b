package typed

import (
	"math"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// mendStruct describes the struct t as encoding/json reads and writes it. huma
// leaves out what unexported embedded structs promote, wants every field that
// lacks omitempty, and forbids members it does not know, which we ignore.
func (r *Registry) mendStruct(t reflect.Type, s *huma.Schema) {
	if t == nil || s.Type != huma.TypeObject || s.Properties == nil || provides(t) {
		return
	}
	s.AdditionalProperties, s.Properties, s.Required = nil, map[string]*huma.Schema{}, nil
	for _, f := range members(t) {
		fs := huma.SchemaFromField(r.huma, f.StructField, t.Name()+f.Name)
		if fs == nil {
			continue
		}
		if fs.Format == "date-time-http" && f.Tag.Get("format") == "" {
			fs.Format = "date-time" // huma describes the header, encoding/json writes the member
		}
		if fs = r.mend(f.Type, fs); f.Has("string") && isPlain(deref(f.Type)) {
			fs = &huma.Schema{Type: huma.TypeString, Description: fs.Description, Nullable: fs.Nullable}
		}
		s.Properties[f.name] = fs
		if f.required() {
			s.Required = append(s.Required, f.name)
		}
	}
	s.PrecomputeMessages()
}

// isPlain reports whether json:",string" quotes a t.
func isPlain(t reflect.Type) bool {
	k := t.Kind()
	return !writesItself(t) && (k == reflect.String || k >= reflect.Bool && k <= reflect.Float64)
}

// provides reports whether t says itself what its schema is.
func provides(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[huma.SchemaProvider]()) || p.Implements(reflect.TypeFor[huma.SchemaTransformer]())
}

// mend corrects what huma says of t: a nil pointer to a struct, a nil map and
// nil bytes are null on the wire, and small integers have bounds.
func (r *Registry) mend(t reflect.Type, s *huma.Schema) *huma.Schema {
	if s == nil {
		return &huma.Schema{}
	}
	pointer, t := t.Kind() == reflect.Pointer, deref(t)
	if o, ok := oneOferOf(t); ok {
		return r.oneOf(s, o, pointer)
	}
	switch {
	case s.Ref != "" && pointer:
		return nullable(s)
	case s.Ref != "", provides(t):
		return s
	case s.ContentEncoding == "base64" && !isBytes(t):
		return r.list(t)
	case s.ContentEncoding == "base64":
		s.Nullable = true
	case s.Type == huma.TypeArray:
		s.Items = r.mend(t.Elem(), s.Items)
	case s.Type == huma.TypeObject && t.Kind() == reflect.Map:
		s.Nullable = true
		if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
			s.AdditionalProperties = r.mend(t.Elem(), values)
		}
	case s.Type == huma.TypeInteger:
		bound(t, s)
	}
	return s
}

// nullable returns the schema of what s refers to, or null.
func nullable(s *huma.Schema) *huma.Schema {
	ref := &huma.Schema{Ref: s.Ref}
	s.Ref, s.AnyOf = "", []*huma.Schema{ref, {Type: typeNull}}
	return s
}

const typeNull = "null"

// bound gives s the range of t where its own tags leave it open.
func bound(t reflect.Type, s *huma.Schema) {
	if t.Kind() < reflect.Int || t.Kind() > reflect.Uint64 || t.Kind() == reflect.Uint || t.Kind() == reflect.Int {
		return
	}
	bits := t.Bits()
	if t.Kind() == reflect.Uint64 {
		s.Format = "uint64"
	}
	if bits == 64 {
		return
	}
	low, high := -math.Ldexp(1, bits-1), math.Ldexp(1, bits-1)-1
	if t.Kind() >= reflect.Uint {
		low, high = 0, math.Ldexp(1, bits)-1
	}
	if bits != 32 || t.Kind() == reflect.Uint32 {
		s.Format = ""
	}
	if s.Minimum == nil && s.ExclusiveMinimum == nil {
		s.Minimum = &low
	}
	if s.Maximum == nil && s.ExclusiveMaximum == nil {
		s.Maximum = &high
	}
	s.PrecomputeMessages()
}

// list describes what huma takes for bytes and encoding/json writes as a list:
// arrays of bytes, and slices of bytes that write themselves.
func (r *Registry) list(t reflect.Type) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeArray, Items: r.mend(t.Elem(), r.huma.Schema(t.Elem(), true, ""))}
	if t.Kind() == reflect.Array {
		s.MinItems, s.MaxItems = new(t.Len()), new(t.Len())
	}
	s.Nullable = t.Kind() == reflect.Slice
	s.PrecomputeMessages()
	return s
}
