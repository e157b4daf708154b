package dependency

import (
	"errors"
	"fmt"
	"reflect"
)

// Sharing is the part of a Host that lends what a process has one of.
type Sharing interface {
	Shared(key any, build func() (any, error)) (any, error)
}

// Shared is h.Shared with the type of the value. It is called in Declare and Provide, and
// in the build of another value. What it returns beside an error is the zero T; that the
// value under key is no T is an error, too.
func Shared[T any](h Sharing, key any, build func() (T, error)) (T, error) {
	value, err := h.Shared(key, func() (any, error) { return build() })
	if err != nil {
		var none T
		return none, err
	}
	shared, ok := value.(T)
	if !ok {
		return shared, fmt.Errorf("shared value %T: have a %T, want a %s; give each a key of its own", key, value, reflect.TypeFor[T]())
	}
	return shared, nil
}

// errAbsent is what Lookup finds nothing with.
var errAbsent = errors.New("nobody has built this value")

// Lookup returns the value that h shares under key, if somebody has built it.
func Lookup(h Sharing, key any) (value any, found bool) {
	value, err := h.Shared(key, func() (any, error) { return nil, errAbsent })
	return value, err == nil
}

// Absent reports whether err is that of a Lookup, which is no failure.
func Absent(err error) bool { return errors.Is(err, errAbsent) }
