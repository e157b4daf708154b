package codec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// MalformedError reports bytes that are not one well-formed message within the
// limits of the guard: the sender or the network is at fault, not the types.
type MalformedError struct {
	Offset int    // where in the message it was noticed, in bytes
	Reason string // what is wrong there
}

func (e *MalformedError) Error() string {
	return fmt.Sprintf("malformed message at byte %d: %s", e.Offset, e.Reason)
}

// MismatchError reports a well-formed value that does not fit the Go type it
// was to be decoded into. Unwrap gives the error of the type's own unmarshaler,
// where that is what refused the value.
type MismatchError struct {
	Place string // `argument 2`, `field address.zip` or both; "" for the whole message
	Have  string // what the message holds, in plain words
	Want  string // what the Go type takes, in plain words

	cause    error
	argument string // its number or name, where Place begins with one
}

func (e *MismatchError) Error() string {
	text := "have " + e.Have + ", want " + e.Want
	if e.Place != "" {
		text = e.Place + ": " + text
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns what the type's own unmarshaler said, nil if it was not asked.
func (e *MismatchError) Unwrap() error { return e.cause }

// ArityError reports an array with too few or too many elements.
type ArityError struct{ Have, Min, Max int }

func (e *ArityError) Error() string {
	want := strconv.Itoa(e.Min)
	if e.Max != e.Min {
		want = fmt.Sprintf("%d to %d", e.Min, e.Max)
	}
	return fmt.Sprintf("have %d arguments, want %s", e.Have, want)
}

// NameError reports an object with a name that nobody asked for.
type NameError struct {
	Have  string
	Known []string // the names that are accepted, in their order
}

func (e *NameError) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("have unknown argument %q, want none", e.Have)
	}
	return fmt.Sprintf("have unknown argument %q, want %s", e.Have, strings.Join(e.Known, ", "))
}

// MissingError reports an object without a name that is not optional.
type MissingError struct{ Name string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("argument %q is missing", e.Name)
}

// ErrUnnamed reports an object of arguments by name for a method whose parameters
// have none.
var ErrUnnamed = errors.New("the method takes its arguments by position only")

// FormError reports a form of arguments that does not exist.
type FormError struct{ Have Form }

func (e *FormError) Error() string {
	return fmt.Sprintf("have %.100q, want %s, %s or none", e.Have, Positional, Named)
}

// EncodeError reports a Go value that cannot become a message. Unwrap gives the
// error of the type's own marshaler, where that is what failed.
type EncodeError struct {
	Type   string // Go type of the value that was to be encoded
	Reason string // what in it cannot be encoded, and why

	cause error
}

func (e *EncodeError) Error() string {
	return "encode " + e.Type + ": " + e.Reason
}

// Unwrap returns what the type's own marshaler said, nil if it was not asked.
func (e *EncodeError) Unwrap() error { return e.cause }
