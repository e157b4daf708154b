// Package tag reads struct tags into options, strictly.
package tag

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A Tag is the key:"value" pairs of one struct tag in the order they were
// written. The zero value is an empty tag. A Tag never changes; it may be used
// from many goroutines.
type Tag struct {
	pairs []pair
}

type pair struct {
	key, value string
}

// Get returns the value of key, unquoted, and whether the tag has it.
func (t Tag) Get(key string) (string, bool) {
	i := slices.IndexFunc(t.pairs, func(p pair) bool { return p.key == key })
	if i < 0 {
		return "", false
	}
	return t.pairs[i].value, true
}

// Keys returns the keys in the order they were written.
func (t Tag) Keys() []string {
	keys := make([]string, len(t.pairs))
	for i, p := range t.pairs {
		keys[i] = p.key
	}
	return keys
}

// Without returns the tag as text without the given keys, in the order it was
// written: whoever reads keys of its own hands on the rest. Keys that the tag
// does not have are ignored.
func (t Tag) Without(keys ...string) reflect.StructTag {
	var rest []string
	for _, p := range t.pairs {
		if !slices.Contains(keys, p.key) {
			rest = append(rest, p.key+":"+strconv.Quote(p.value))
		}
	}
	return reflect.StructTag(strings.Join(rest, " "))
}

// Parse splits a struct tag into its pairs. What reflect.StructTag.Get silently
// ignores is an error here: a missing colon or quote, pairs that touch, text
// that belongs to no pair, a key given twice. The error is, or joins, values
// of *Error.
func Parse(t reflect.StructTag) (Tag, error) {
	s := scanner{text: string(t), rest: string(t)}
	for s.space(); s.rest != ""; s.space() {
		if err := s.pair(); err != nil {
			return Tag{}, joined(append(s.mistakes, err))
		}
	}
	if len(s.mistakes) > 0 {
		return Tag{}, joined(s.mistakes)
	}
	return Tag{s.pairs}, nil
}

// A scanner reads pairs off the front of rest.
type scanner struct {
	text, rest string
	pairs      []pair
	mistakes   []*Error
}

func (s *scanner) space() { s.rest = strings.TrimLeft(s.rest, " ") }

func (s *scanner) pair() *Error {
	key, err := s.key()
	if err != nil {
		return err
	}
	value, err := s.value(key)
	if err != nil {
		return err
	}
	if s.rest != "" && s.rest[0] != ' ' {
		return s.malformed(key, "want a space after the value of %s", key)
	}
	if slices.ContainsFunc(s.pairs, func(p pair) bool { return p.key == key }) {
		s.mistakes = append(s.mistakes, problem(key, "tag key %q is given twice: keep one of them", key))
		return nil
	}
	s.pairs = append(s.pairs, pair{key, value})
	return nil
}

func (s *scanner) key() (string, *Error) {
	end := strings.IndexFunc(s.rest, func(r rune) bool {
		return r <= ' ' || r == ':' || r == '"' || r == 0x7f
	})
	if end < 0 {
		end = len(s.rest)
	}
	if end == 0 {
		return "", s.malformed("", `want a key before %.1q, as in key:"value"`, s.rest)
	}
	key := s.rest[:end]
	if !strings.HasPrefix(s.rest[end:], ":") {
		return "", s.malformed(key, `want a colon after %s, as in %s:"value"`, key, key)
	}
	s.rest = s.rest[end+1:]
	return key, nil
}

func (s *scanner) value(key string) (string, *Error) {
	if !strings.HasPrefix(s.rest, `"`) {
		return "", s.malformed(key, `want the value of %s in double quotes, as in %s:"value"`, key, key)
	}
	end := closing(s.rest)
	if end < 0 {
		return "", s.malformed(key, "want a closing quote after the value of %s", key)
	}
	value, err := strconv.Unquote(s.rest[:end+1])
	if err != nil {
		return "", s.malformed(key, "want the value of %s quoted as Go quotes strings (backslashes doubled, no line breaks)", key)
	}
	s.rest = s.rest[end+1:]
	return value, nil
}

// closing returns where the quote that opens s is closed, or -1.
func closing(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// malformed says what was wanted at the place that has been reached.
func (s *scanner) malformed(key, format string, args ...any) *Error {
	err := problem(key, format, args...)
	at := len(s.text) - len(s.rest)
	where := "at its end"
	if s.rest != "" {
		where = "at " + strconv.Quote(s.rest)
	}
	err.Problem = "malformed tag `" + s.text + "` " + where + " (byte " + strconv.Itoa(at) + "): " + err.Problem
	return err
}
