package events

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/schema"
)

// usualBody is what most payloads fit into, so that they are not copied as they grow.
const usualBody = 128

// encode returns the body of a payload; no payload has none.
func encode(payload any) (contentType string, body []byte, err error) {
	switch p := payload.(type) {
	case nil:
		return "", nil, nil
	case Raw:
		return p.ContentType, p.Body, nil
	case json.RawMessage:
		return codec.JSON.ContentType(), p, nil
	default:
		body, err = codec.Msgpack.Append(make([]byte, 0, usualBody), payload)
		return codec.Msgpack.ContentType(), body, err
	}
}

// fieldKey is a field of a type, by its name on the wire.
type fieldKey struct {
	t    reflect.Type
	name string
}

var fieldIndexes sync.Map // fieldKey to []int

// valueOf returns the value of a field of the payload as text; role is what for.
func valueOf(payload any, name, role string) (string, error) {
	v := reflect.Indirect(reflect.ValueOf(payload))
	if !v.IsValid() {
		return "", fmt.Errorf("have no payload, want one with the field %q, which is the %s", name, role)
	}
	index, err := fieldOf(v.Type(), name, role)
	if err != nil {
		return "", err
	}
	field := v.FieldByIndex(index)
	return fmt.Sprint(field.Interface()), nil
}

// fieldOf returns where the field of a struct is that has a name on the wire, or in
// Go.
func fieldOf(t reflect.Type, name, role string) ([]int, error) {
	if found, ok := fieldIndexes.Load(fieldKey{t, name}); ok {
		return found.([]int), nil
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("have %s, want a struct with the field %q, which is the %s", t, name, role)
	}
	for _, f := range reflect.VisibleFields(t) {
		wire, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && !f.Anonymous && (wire == name || f.Name == name) {
			fieldIndexes.Store(fieldKey{t, name}, f.Index)
			return f.Index, nil
		}
	}
	return nil, fmt.Errorf("%s has no field %q, which is the %s", t, name, role)
}

// indirect returns what a pointer, or one to a pointer, leads to.
func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// schemaOf returns the schema of a payload, nil where its type has none: a payload may
// be anything that can be encoded.
func schemaOf(t reflect.Type) json.RawMessage {
	if t == reflect.TypeFor[Raw]() {
		return nil
	}
	s, err := schema.Of(t)
	if err != nil {
		return nil
	}
	return s
}
