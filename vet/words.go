package vet

import (
	"fmt"
	"go/types"
	"slices"

	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/tag"
)

// The tags that are read of the fields of requests. Those that check are read by huma, as
// are doc and so on.
var fieldTags = []string{
	"path", "query", "header", "cookie", "body", "json", "required", "default", "doc", "example", "enum", "format",
	"pattern", "patternDescription", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf",
	"minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
	"nullable", "readOnly", "writeOnly", "deprecated", "hidden", "dependentRequired", "additionalProperties",
	"encoding", "timeFormat",
}

// otherTags are those that others read of the same fields, and that look like one of ours.
var otherTags = []string{"form", "param", "params", "paths", "examples", "min", "max", "len", "bson", "yson"}

// looksAtWords looks for misspelt tags of the fields that a typed route reads: nothing at
// the start can tell one from a tag of somebody else.
func (s *service) looksAtWords(e entry) {
	if pathOf(e.kind) != module+"/web.Route" {
		return
	}
	for v := range s.methods[e.method].Params().Variables() {
		s.words(v.Type(), make(map[types.Type]bool))
	}
}

// words looks at the structs that a type is made of.
func (s *service) words(t types.Type, seen map[types.Type]bool) {
	t = types.Unalias(t)
	if seen[t] {
		return
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		s.words(u.Elem(), seen)
	case *types.Slice:
		s.words(u.Elem(), seen)
	case *types.Array:
		s.words(u.Elem(), seen)
	case *types.Map:
		s.words(u.Elem(), seen)
	case *types.Struct:
		if named, ok := t.(*types.Named); ok && named.Obj().Pkg() != s.pass.Pkg {
			return // that package is looked at by itself
		}
		for i := range u.NumFields() {
			s.word(u.Field(i), u.Tag(i))
			s.words(u.Field(i).Type(), seen)
		}
	}
}

// word looks at the tag of one field.
func (s *service) word(f *types.Var, text string) {
	parsed, err := tag.Parse(s.siteOf(f, text, nil).text)
	if err != nil {
		return // go vet says so
	}
	for _, key := range parsed.Keys() {
		if slices.Contains(fieldTags, key) || slices.Contains(otherTags, key) {
			continue
		}
		if hint := suggest.Hint(key, fieldTags); hint != "" {
			at := s.siteOf(f, text, nil)
			s.wrong(at, "field "+f.Name()+": ", &tag.Error{Key: key, Problem: fmt.Sprintf("unknown tag key %q, which nothing reads; %s", key, hint)})
		}
	}
}
