package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/internal/snake"
)

// fieldSet is what a struct can be configured with.
type fieldSet struct {
	names []string // in the order of the struct
	index map[string][]int
}

func scan(t reflect.Type) fieldSet {
	s := fieldSet{index: map[string][]int{}}
	s.add(t, nil)
	return s
}

func (s *fieldSet) add(t reflect.Type, prefix []int) {
	var inlined []reflect.StructField
	for f := range t.Fields() {
		name, flags, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case name == "-":
		case f.Type.Kind() == reflect.Struct && name == "" && (f.Anonymous || flags == "inline"):
			inlined = append(inlined, f)
		case f.IsExported():
			s.field(f, name, prefix)
		}
	}
	// An outer field hides an inner one of the same name, as in Go.
	for _, f := range inlined {
		s.add(f.Type, at(prefix, f))
	}
}

func (s *fieldSet) field(f reflect.StructField, name string, prefix []int) {
	if name == "" {
		name = snake.Case(f.Name)
	}
	if _, hidden := s.index[name]; !hidden {
		s.names = append(s.names, name)
		s.index[name] = at(prefix, f)
	}
}

func at(prefix []int, f reflect.StructField) []int {
	return slices.Concat(prefix, f.Index)
}
