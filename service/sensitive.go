package service

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/suggest"
	"github.com/enoki-go/enoki/tag"
)

// markSensitive reads the container's key sensitive. The names of the parameters are
// those of the key args, which the kinds of entrypoints have in common.
func markSensitive(parsed tag.Tag, m *entrypoint.Method) error {
	if args, ok := parsed.Get("args"); ok {
		if names := listOf(args); len(names) == len(m.In) {
			m.Params = names
		}
	}
	value, has := parsed.Get("sensitive")
	if !has {
		return nil
	}
	var errs []error
	for _, path := range listOf(value) {
		places, err := placesOf(m, path)
		if err != nil {
			errs = append(errs, fmt.Errorf("tag key sensitive: have %q, %w", path, err))
		}
		m.Sensitive = append(m.Sensitive, places...)
	}
	return errors.Join(errs...)
}

func listOf(value string) []string {
	all := strings.Split(value, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// placesOf returns what a path leads to: a parameter, by its name, or a field below it or
// below the only one; * is all of them.
func placesOf(m *entrypoint.Method, path string) ([]entrypoint.Sensitive, error) {
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
	return []entrypoint.Sensitive{{Path: path, Param: i, Steps: steps}}, err
}

func everything(m *entrypoint.Method) (all []entrypoint.Sensitive) {
	for i := range m.In {
		all = append(all, entrypoint.Sensitive{Path: "*", Param: i})
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
	for !entrypoint.SaysNothing(t) && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
		t = t.Elem()
	}
	switch {
	case entrypoint.SaysNothing(t):
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
	return append([][]string{entrypoint.FieldNames(f)}, steps...), err
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
	for !entrypoint.SaysNothing(t) {
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
		names := entrypoint.FieldNames(f)
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

// discreet keeps the sensitive arguments of a call out of the text of its error, whoever
// has made it of them.
func discreet(next Handler) Handler {
	return func(ctx context.Context, c *entrypoint.Call) (any, error) {
		out, err := next(ctx, c)
		return out, scrubbed(c, err)
	}
}

// scrubbed returns an error of a call as others may see it. Its text and its message are
// without the arguments; what it was can still be found in it, but the texts of that are
// not to be shown.
func scrubbed(c *entrypoint.Call, err error) error {
	if err == nil || len(c.Method.Sensitive) == 0 {
		return err
	}
	text, crossing, scrub := err.Error(), fault.From(err), c.Scrubber()
	quiet, message := scrub(text), scrub(crossing.Message)
	if quiet == text && message == crossing.Message {
		return err
	}
	if crossing.Class != "" || crossing.Name == "" && !isFault(err) {
		return &concealedError{quiet, err}
	}
	public := *crossing
	public.Message = message
	return &concealedError{quiet, public.Because(&concealedError{message, err})} // says its message once
}

// isFault reports whether a method has given its error a code.
func isFault(err error) bool {
	_, ok := errors.AsType[*fault.Error](err)
	return ok
}

// concealedError is an error whose text is not to be shown as it is.
type concealedError struct {
	text  string
	cause error
}

func (e *concealedError) Error() string { return e.text }
func (e *concealedError) Unwrap() error { return e.cause }
