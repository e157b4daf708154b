package service

import (
	"reflect"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/marker"
)

// isLostMarker reports whether a field would be a marker if it had no name.
func isLostMarker(f reflect.StructField) bool {
	_, isKind := zero[entrypoint.Declaration](f.Type)
	_, names := f.Tag.Lookup("method")
	return isKind && names
}

// marker reads a blank field: the service's name, or an entrypoint.
func (r *reader) marker(f reflect.StructField, place func() string) {
	if f.Type == reflect.TypeFor[Name]() {
		r.nameAt = place
		r.named(f.Tag, place)
		return
	}
	declaration, ok := zero[entrypoint.Declaration](f.Type)
	if !ok {
		if method, has := f.Tag.Lookup("method"); has {
			r.addf(place(), "%s is no kind of entrypoint for method %q: it has no method Declare (see entrypoint.Declaration)", f.Type, method)
		}
		return
	}
	r.entry(declaration, f.Tag, "", place)
}

// named reads the marker Name.
func (r *reader) named(t reflect.StructTag, place func() string) {
	said, err := marker.ReadName(t, marker.Name{Name: r.name, Version: r.version})
	if err != nil {
		r.add(place(), err)
	}
	r.name, r.version = said.Name, said.Version
}
