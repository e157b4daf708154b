package typed

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// A oneOfer is a type that writes its own JSON and says what that looks like: as one of
// these values would. Without it such a type is described as anything.
type oneOfer interface{ JSONSchemaOneOf() []any }

func oneOferOf(t reflect.Type) (o oneOfer, ok bool) {
	if writesItself(t) {
		o, ok = reflect.TypeAssert[oneOfer](reflect.Zero(t))
	}
	return o, ok
}

// oneOf describes a type that says what its JSON looks like. s has what the tags of its
// field say. A type that reads itself, too, decides what it takes: it may be more.
func (r *Registry) oneOf(s *huma.Schema, o oneOfer, pointer bool) *huma.Schema {
	var each []*huma.Schema
	for _, v := range o.JSONSchemaOneOf() {
		t := reflect.TypeOf(v)
		each = append(each, r.mend(t, r.huma.Schema(t, true, "")))
	}
	if pointer {
		each = append(each, &huma.Schema{Type: typeNull})
	}
	if len(each) == 1 && each[0].Ref == "" {
		each[0].Description, each[0].Examples = s.Description, s.Examples
		s = each[0]
	} else {
		s.OneOf = each
	}
	s.PrecomputeMessages()
	r.free[s] = does[json.Unmarshaler](reflect.TypeOf(o))
	return s
}

// visitOneOf looks at what a type says that its JSON looks like.
func (s *typeScan) visitOneOf(path string, t reflect.Type) {
	o, ok := oneOferOf(t)
	if !ok || s.r.scanned[t] {
		return
	}
	s.r.scanned[t] = true // it may name itself
	for _, v := range o.JSONSchemaOneOf() {
		if v == nil {
			s.refuse(path, "nil in JSONSchemaOneOf")
			continue
		}
		s.visit(path, reflect.TypeOf(v), nil)
	}
}
