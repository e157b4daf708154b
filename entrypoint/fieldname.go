package entrypoint

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// named reports whether a name on the wire is one of several; none are any.
func named(names []string, name string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// fieldTags are the tags that give a field a name on the wire.
var fieldTags = []string{"json", "msgpack", "path", "query", "header", "cookie"}

// fieldNames returns the names that a field has on the wire, one for each kind of message
// that may hold it; none for one that no message fills, and for an embedded struct, whose
// fields count themselves.
func fieldNames(f reflect.StructField) []string {
	var names []string
	for _, key := range fieldTags {
		if name, _, _ := strings.Cut(f.Tag.Get(key), ","); name != "" && name != "-" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch {
	case !f.IsExported(), f.Anonymous && len(names) == 0:
		return nil
	case len(names) == 0 && f.Tag.Get("json") != "-":
		names = append(names, f.Name)
	}
	return names
}

// saysNothing reports whether a type does not tell by its fields what a message puts
// into its values: it is an interface, a message as it came, or reads messages itself.
func saysNothing(t reflect.Type) bool {
	return t.Kind() == reflect.Interface || reflect.PointerTo(t).Implements(documentType) || readsItself(t)
}

// readsItself reports whether code of its own fills the values of a type.
func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
