package schema

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/enoki-go/enoki/internal/jsonfield"
)

func (b *builder) object(path string, t reflect.Type) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: make(map[string]*jsonschema.Schema)}
	for _, f := range jsonfield.Of(t) {
		s.Properties[f.Key] = b.property(path+"."+f.Name, f)
		s.PropertyOrder = append(s.PropertyOrder, f.Key)
		if !f.Has("omitempty") && !f.Has("omitzero") {
			s.Required = append(s.Required, f.Key)
		}
	}
	// Their order means nothing; sorted, moving a field keeps the hash.
	slices.Sort(s.Required)
	return s
}

func (b *builder) property(path string, f jsonfield.Field) *jsonschema.Schema {
	s := b.of(path, f.Type)
	if f.Has("string") {
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
