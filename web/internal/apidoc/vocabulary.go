package apidoc

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// keep returns what is kept of a word of JSON Schema and its value: nil for a
// word that can be lost without harm, an error where the value is none for it.
func (i *importer) keep(word string, v any) (any, error) {
	switch word {
	case "$ref":
		return i.ref(v)
	case "$schema", "$comment", "$defs":
		return nil, nil
	case "default", "const":
		return v, nil
	case "enum", "examples":
		return kept[[]any](v)
	case "type":
		return types(v)
	case "required":
		return texts(v)
	case "title", "description", "format", "pattern", "contentEncoding", "contentMediaType":
		return kept[string](v)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
		"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
		return kept[json.Number](v)
	case "uniqueItems", "deprecated", "readOnly", "writeOnly":
		return kept[bool](v)
	}
	return i.keepInner(word, v)
}

// keepInner is keep for the words whose values hold schemas.
func (i *importer) keepInner(word string, v any) (any, error) {
	switch word {
	case "properties", "patternProperties", "dependentSchemas":
		return i.named(v)
	case "allOf", "anyOf", "oneOf", "prefixItems":
		return i.list(v)
	case "items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else":
		return i.schema(v)
	}
	if strings.HasPrefix(word, "$") {
		return nil, errors.New("have a word that moves references, want $ref only")
	}
	return nil, nil
}

func kept[T any](v any) (any, error) {
	if t, ok := v.(T); ok {
		return t, nil
	}
	return nil, fmt.Errorf("have %T, want %T", v, *new(T))
}

func (i *importer) named(v any) (any, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("have %T, want an object of schemas", v)
	}
	out := make(map[string]any, len(object))
	for name, inner := range object {
		s, err := i.schema(inner)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = s
	}
	return out, nil
}

func (i *importer) list(v any) (any, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, fmt.Errorf("have %T, want a list of schemas", v)
	}
	out := make([]any, len(list))
	for n, inner := range list {
		s, err := i.schema(inner)
		if err != nil {
			return nil, err
		}
		out[n] = s
	}
	return out, nil
}

// types checks the value of type: a name of a type, or a list of some.
func types(v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, t := range list {
		switch t {
		case "null", "boolean", "object", "array", "number", "integer", "string":
		default:
			return nil, fmt.Errorf("have %v, want a type of JSON", t)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("have no type, want one or more")
	}
	return v, nil
}

func texts(v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("have %T, want a list of names", v)
	}
	for _, t := range list {
		if _, ok := t.(string); !ok {
			return nil, fmt.Errorf("have %T, want a name", t)
		}
	}
	return list, nil
}
