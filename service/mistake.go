package service

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mistakes collects what is wrong with the declarations of all services, so that
// a user reads everything at once.
type mistakes struct{ found []error }

// errReported is in the errors of what failed because a shared value did, whose
// own error is recorded where it was first asked for.
var errReported = errors.New("reported at its first use")

// add records a mistake with its place in the source.
func (m *mistakes) add(place string, err error) {
	if errors.Is(err, errReported) {
		return
	}
	m.found = append(m.found, &mistake{place, err})
}

func (m *mistakes) addf(place, format string, args ...any) {
	m.add(place, fmt.Errorf(format, args...))
}

// err returns all mistakes as one error, in the order of the source, nil where
// there are none.
func (m *mistakes) err() error {
	slices.SortStableFunc(m.found, func(a, b error) int { return inSource(placeOf(a), placeOf(b)) })
	return errors.Join(m.found...)
}

func placeOf(err error) string {
	if m, ok := errors.AsType[*mistake](err); ok {
		return m.place
	}
	return ""
}

// inSource compares two places by file and line; what is no place in a file comes
// first.
func inSource(a, b string) int {
	fileA, lineA := splitPlace(a)
	fileB, lineB := splitPlace(b)
	return cmp.Or(strings.Compare(fileA, fileB), cmp.Compare(lineA, lineB))
}

func splitPlace(place string) (file string, line int) {
	i := strings.LastIndexByte(place, ':')
	if i < 0 {
		return "", 0
	}
	line, err := strconv.Atoi(place[i+1:])
	if err != nil {
		return "", 0
	}
	return place[:i], line
}

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
