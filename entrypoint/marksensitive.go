package entrypoint

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/internal/suggest"
)

// MarkSensitive adds what a path leads to: a parameter by its name, a field below it or
// below the only one, as in "user.password", or all parameters for "*". It is for hosts;
// the path is one of those that a marker names with its key sensitive.
func (m *Method) MarkSensitive(path string) error {
	places, err := placesOf(m, path)
	m.Sensitive = append(m.Sensitive, places...)
	return err
}

// placesOf returns what a path leads to: a parameter, by its name, or a field below it or
// below the only one; * is all of them.
func placesOf(m *Method, path string) ([]Sensitive, error) {
	words := strings.Split(path, ".")
	i := slices.Index(m.Params, words[0])
	switch {
	case len(m.In) == 0:
		return nil, fmt.Errorf("but %s has no parameters", m.Signature())
	case path == "*":
		return everything(m), nil
	case i >= 0:
		words = words[1:]
	case len(m.In) > 1 && len(m.Params) == 0:
		return nil, errors.New("but the parameters have no names: give them some with the tag key args, or say sensitive:\"*\"")
	case len(m.In) > 1:
		return nil, fmt.Errorf("want the name of a parameter, or a path that begins with one, as in \"user.password\"%s", nearest(words[0], m.Params))
	default:
		i = 0
	}
	steps, err := stepsTo(m.In[i], words)
	if err != nil && len(m.Params) == 1 && words[0] != "" && words[0] == path {
		err = fmt.Errorf("%w%s", err, nearest(path, m.Params))
	}
	path = strings.TrimSuffix(path, strings.Join(words, ".")) + spelled(words, steps)
	return []Sensitive{{Path: path, Param: i, Steps: steps}}, err
}

func everything(m *Method) (all []Sensitive) {
	for i := range m.In {
		all = append(all, Sensitive{Path: "*", Param: i})
	}
	return all
}

// anyKey is the step of a path through every key of a map.
const anyKey = "*"

// spelled returns words with the steps among them for which there is none.
func spelled(words []string, steps [][]string) string {
	var all []string
	for _, names := range steps {
		if len(names) == 0 && words[0] != anyKey {
			all = append(all, anyKey)
			continue
		}
		all, words = append(all, words[0]), words[1:]
	}
	return strings.Join(all, ".")
}

// stepsTo follows words from a value of type t.
func stepsTo(t reflect.Type, words []string) (steps [][]string, err error) {
	if len(words) == 0 {
		return nil, nil
	}
	for !saysNothing(t) && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
		t = t.Elem()
	}
	switch {
	case saysNothing(t):
		for _, word := range words {
			steps = append(steps, stepOf(word))
		}
		return steps, nil
	case t.Kind() == reflect.Map:
		return stepsThrough(t.Elem(), words)
	case t.Kind() != reflect.Struct:
		return nil, fmt.Errorf("want a path that leads somewhere: a %s has no fields, so %q is none", t, words[0])
	}
	f, flat, known := fieldNamed(t, words[0])
	switch {
	case f.Type == nil:
		return nil, fmt.Errorf("want a field of %s, which has no %q%s", t, words[0], nearest(words[0], known))
	case flat:
		return stepsTo(f.Type, words)
	}
	steps, err = stepsTo(f.Type, words[1:])
	return append([][]string{fieldNames(f)}, steps...), err
}

// stepsThrough follows words from a map with elements of type t: through every key where
// the elements have fields, as through a list, else by the key that the first word is.
func stepsThrough(t reflect.Type, words []string) (steps [][]string, err error) {
	key := stepOf(words[0])
	if key != nil && holdsFields(t) {
		key = nil
	} else {
		words = words[1:]
	}
	steps, err = stepsTo(t, words)
	return append([][]string{key}, steps...), err
}

// stepOf returns the step that a word is where no type says what it names.
func stepOf(word string) []string {
	if word == anyKey {
		return nil
	}
	return []string{word}
}

// holdsFields reports whether values of t have fields that a path can name, in lists and
// maps, too: then a path leads through all of these.
func holdsFields(t reflect.Type) bool {
	for !saysNothing(t) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.Elem()
		default:
			return t.Kind() == reflect.Struct
		}
	}
	return false
}

// fieldNamed returns the field of a struct that has a name on the wire; flat means that
// it is a field further down, in the body of a request that f is. known are the names
// that there are.
func fieldNamed(t reflect.Type, name string) (f reflect.StructField, flat bool, known []string) {
	for _, f := range reflect.VisibleFields(t) {
		names := fieldNames(f)
		if slices.Contains(names, name) {
			return f, false, nil
		}
		known = append(known, names...)
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if _, body := f.Tag.Lookup("body"); !body || inner.Kind() != reflect.Struct {
			continue
		}
		found, _, more := fieldNamed(inner, name)
		if found.Type != nil {
			return f, true, nil
		}
		known = append(known, more...)
	}
	return reflect.StructField{}, false, known
}

func nearest(word string, known []string) string {
	if hint := suggest.Hint(word, known); hint != "" {
		return "; " + hint
	}
	return "; there are " + suggest.List(known)
}
