package typed

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// wants says in plain words what c takes.
func (c *check) wants() string {
	if c.anyOf != nil {
		return c.anyOf.wants()
	}
	switch c.kind {
	case huma.TypeObject:
		return "an object"
	case huma.TypeArray:
		return "a list"
	case huma.TypeString:
		return "text"
	case huma.TypeInteger:
		return "a whole number"
	case huma.TypeNumber:
		return "a number"
	case huma.TypeBoolean:
		return "true or false"
	default:
		return "a value"
	}
}

func haveWant(v any, want string) string { return "have " + have(v) + ", want " + want }

// have says in plain words what v, a decoded value, is.
func have(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return clip(v)
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case json.Number:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

// asFloat returns numbers as float64, as the tags of an enum are read, and
// all else as it is.
func asFloat(v any) any {
	switch n := v.(type) {
	case int64:
		return float64(n)
	case uint64:
		return float64(n)
	case int:
		return float64(n)
	default:
		return v
	}
}

func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
