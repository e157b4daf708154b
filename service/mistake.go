package service

import (
	"errors"
	"fmt"
)

// mistakes collects what is wrong with the declarations of all services, so that
// a user reads everything at once.
type mistakes struct{ found []error }

// add records a mistake with its place in the source.
func (m *mistakes) add(place string, err error) {
	m.found = append(m.found, &mistake{place, err})
}

func (m *mistakes) addf(place, format string, args ...any) {
	m.add(place, fmt.Errorf(format, args...))
}

// err returns all mistakes as one error, nil where there are none.
func (m *mistakes) err() error { return errors.Join(m.found...) }

// mistake is one of them. An error that joins several is printed with the place
// before each.
type mistake struct {
	place string
	err   error
}

func (m *mistake) Error() string {
	joined, ok := m.err.(interface{ Unwrap() []error })
	if !ok {
		return m.place + ": " + m.err.Error()
	}
	parts := make([]error, 0, len(joined.Unwrap()))
	for _, err := range joined.Unwrap() {
		parts = append(parts, &mistake{m.place, err})
	}
	return errors.Join(parts...).Error()
}

func (m *mistake) Unwrap() error { return m.err }
