package vet

import (
	"maps"
	"reflect"
	"slices"
)

// FieldTags are the tags of fields of requests.
var FieldTags = fieldTags

// Kinds returns the names of the kinds.
func Kinds() []string { return slices.Collect(maps.Keys(kinds)) }

// Resources returns the names of the resources.
func Resources() []string { return slices.Collect(maps.Keys(resources)) }

// Ask gives a tag to a resource.
func Ask(resource string, text reflect.StructTag) error {
	r := resources[resource]
	_, err := r.declaration.Provide(reflect.StructField{Name: "F", Type: r.field, Tag: text}, newHost("vet", "0.0.0"))
	return err
}
