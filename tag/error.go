package tag

import (
	"errors"
	"fmt"
)

// An Error is one mistake in a struct tag. Parse and Read join several; each
// can be told apart with errors.As and belongs to one key.
type Error struct {
	// Key is the tag key with the mistake, "" when the text broke off before
	// a key was read.
	Key string
	// Problem says what the tag has, what was expected, and the cure.
	Problem string
}

// Error returns the problem, which names the key.
func (e *Error) Error() string { return e.Problem }

func problem(key, format string, args ...any) *Error {
	return &Error{key, fmt.Sprintf(format, args...)}
}

func joined(mistakes []*Error) error {
	errs := make([]error, len(mistakes))
	for i, m := range mistakes {
		errs[i] = m
	}
	return errors.Join(errs...)
}
