package service

import (
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/internal/suggest"
)

// spec is what a service struct declares, whichever form it was written in.
type spec struct {
	name       string
	version    string
	structType reflect.Type
	prototype  reflect.Value // pointer to a copy of the user's value; calls run on copies of it
	entries    []entry
	fields     []field
	source     *source
	stubs      map[string]reflect.Value // functions in place of methods, nil for none
}

// entry is a declared entrypoint.
type entry struct {
	declaration entrypoint.Declaration
	method      *entrypoint.Method
	tag         reflect.StructTag // without the keys of the container
	workers     int               // 0 for no limit of its own
	place       func() string     // in the source; found only when asked for
}

// field is an exported field that may have to be filled.
type field struct {
	reflect.StructField
	path  []int         // index from the service struct
	place func() string // in the source; found only when asked for
}

// at returns a field of the prototype.
func (s *spec) at(path []int) reflect.Value { return s.prototype.Elem().FieldByIndex(path) }

// fill sets a field of the prototype.
func (s *spec) fill(path []int, value any) {
	if value != nil {
		s.at(path).Set(reflect.ValueOf(value))
	}
}

// entryOf returns an entrypoint of the method with that Go name.
func (s *spec) entryOf(method string) (entry, error) {
	for _, e := range s.entries {
		if e.method.Name == method {
			return e, nil
		}
	}
	return entry{}, fmt.Errorf("%s has no entrypoint for method %q; its methods with entrypoints are %s",
		s.name, method, suggest.List(s.methodNames()))
}

func (s *spec) methodNames() []string {
	all := make([]string, len(s.entries))
	for i, e := range s.entries {
		all[i] = e.method.Name
	}
	return all
}

func (s *spec) fieldNames() []string {
	all := make([]string, len(s.fields))
	for i, f := range s.fields {
		all[i] = f.Name
	}
	return all
}
