// Package fault holds errors that survive a process boundary.
//
// A service declares an error once, as a value or as a type, and its callers
// find it with errors.Is and errors.As wherever they run:
//
//	var ErrSoldOut = fault.Declare("stock.sold_out", fault.Conflict, "sold out")
//
// What is not declared crosses as [Internal], with its Go type and its text.
// Causes and stacks never cross; they belong in the log of the callee.
package fault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// Reserved begins the names of the framework's own errors. A service cannot
// send an error whose name begins with it: the name is dropped.
const Reserved = "svc."

// Error is a failure as both sides of a call see it.
type Error struct {
	Code    Code   // what kind of failure; never empty
	Name    string // identity of a declared error, empty otherwise
	Message string // for people; crosses the wire
	Class   string // Go type at the origin, for an undeclared error only
	Details any    // data of a declared error at its origin; nil at the caller, see Decode

	cause  error                // stays in this process
	decode func(into any) error // set on errors that came over the wire
}

// Declared is an error type of the user's own that crosses the wire with its
// fields. Fault is called on zero values too and returns constants: a name that
// is unique among services, "service.what" by custom, and a code.
type Declared interface {
	error
	Fault() (name string, code Code)
}

// New returns an error with a code and a message for people.
func New(code Code, message string) *Error {
	return &Error{Code: code, Message: message}
}

// Newf returns an error with a code and a formatted message, all of which crosses
// the wire, the text of what %w wraps included; Because keeps a cause here. What
// %w wraps stays findable in this process.
func Newf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	cause := errors.Unwrap(err)
	if _, several := err.(interface{ Unwrap() []error }); several {
		cause = err
	}
	return &Error{Code: code, Message: err.Error(), cause: cause}
}

// Declare returns an error that keeps its identity across the wire: what a
// caller receives satisfies errors.Is with it. The name is unique among
// services, "service.what" by custom.
func Declare(name string, code Code, message string) *Error {
	return &Error{Code: code, Name: name, Message: message}
}

// Because returns a copy of e with a cause, which stays in this process.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Explain returns a copy of e with another message.
func (e *Error) Explain(format string, args ...any) *Error {
	c := *e
	c.Message = fmt.Sprintf(format, args...)
	return &c
}

// With returns a copy of e that carries details; they cross the wire, and the
// caller reads them with Decode.
func (e *Error) With(details any) *Error {
	c := *e
	c.Details = details
	return &c
}

// Received returns a copy of e whose details are read by decode. Transports use
// it for errors that came over the wire.
func (e *Error) Received(decode func(into any) error) *Error {
	c := *e
	c.decode = decode
	return &c
}

// Decode reads the details of an error that came over the wire into a value
// that into points to.
func (e *Error) Decode(into any) error {
	if e.decode == nil {
		return errors.New("decode details: this error did not come over the wire; read its Details field")
	}
	return e.decode(into)
}

// Error returns the message, then the cause where there is one.
func (e *Error) Error() string {
	switch {
	case e == nil:
		return "<nil>"
	case e.cause == nil || strings.Contains(e.Message, e.cause.Error()):
		return e.Message
	case e.Message == "":
		return e.cause.Error()
	default:
		return e.Message + ": " + e.cause.Error()
	}
}

// Unwrap returns the local cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

// Is reports whether target is the same declared error.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && e != nil && t != nil && t.Name != "" && t.Name == e.Name
}

// CodeOf returns the code that err would cross the wire with, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return From(err).Code
}

// From returns err as it would cross the wire: itself or the *Error it wraps, a
// Declared type with its fields as details, the codes timeout and canceled for
// the errors of package context, and Internal for all else. From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if e := declared(err); e != nil {
		return e
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: Timeout, Message: err.Error(), cause: err}
	case errors.Is(err, context.Canceled):
		return &Error{Code: Canceled, Message: err.Error(), cause: err}
	default:
		return &Error{Code: Internal, Message: err.Error(), Class: class(err), cause: err}
	}
}

// declared returns the outermost *Error or Declared in the tree of err, as it
// crosses the wire: what wraps another error speaks for it.
func declared(err error) *Error {
	switch e := err.(type) { //nolint:errorlint // this is the walk
	case *Error:
		return cmp.Or(e, errNilPointer)
	case Declared:
		name, code := e.Fault()
		return &Error{Code: code, Name: name, Message: e.Error(), Details: e, cause: err}
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return declared(inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if found := declared(inner); found != nil {
				return found
			}
		}
	}
	return nil
}

// errNilPointer stands for a nil *Error in a variable of type error, which is
// not nil: the mistake is the callee's, and must not panic in whoever sends it.
var errNilPointer = New(Internal, "a nil *fault.Error was returned as an error; want the untyped nil")

// class names the type at the bottom of err's chain: the wrappers of fmt say
// nothing about what went wrong.
func class(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("%T", err)
		}
		err = inner
	}
}
