package rpc

import (
	"errors"
	"fmt"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

// maxSubject bounds the subjects that users choose, in bytes: beyond some thousand the
// broker closes the connection.
const maxSubject = 512

// CheckSubject says what is wrong with a subject, or a pattern in which * stands for any
// word and > for the rest, that a user chooses: nil if it neither is nor takes in one
// of the framework's own, of the broker's or of an inbox. The namespace is that of the
// configuration key broker.namespace.
func CheckSubject(subject, namespace string) error {
	if len(subject) > maxSubject {
		return fmt.Errorf("have %d bytes, want at most %d", len(subject), maxSubject)
	}
	tokens := strings.Split(subject, ".")
	switch first := tokens[0]; {
	case first == "*" || first == ">":
		return fmt.Errorf("have %q, which takes in the subjects of others, want a word first, as in \"foo.%s\"", subject, first)
	case strings.HasPrefix(first, "$") || strings.HasPrefix(first, "_"):
		return fmt.Errorf("have %q, want one that does not begin with $ or _: those are the broker's and the inboxes'", subject)
	case first == namespace:
		return fmt.Errorf("have %q, want one that does not begin with %q, under which the framework's own subjects are (configuration key broker.namespace)",
			subject, namespace)
	}
	for i, token := range tokens {
		last := i == len(tokens)-1
		if token != "*" && (token != ">" || !last) && !broker.ValidName(token) {
			return fmt.Errorf("have %.200q with the word %.100q, want words of 1 to 64 letters, digits, - or _ between single dots, * for any word, or > at the end", subject, token)
		}
	}
	return nil
}

// check refuses options that cannot be served.
func (o subjectOptions) check(m *entrypoint.Method, namespace string) error {
	errs := []error{checkName("name", o.Name), checkName("queue", o.Queue), checkArgs(o.Args, m)}
	if err := CheckSubject(o.Subject, namespace); err != nil {
		errs = append(errs, fmt.Errorf("tag key subject: %w", err))
	}
	return errors.Join(errs...)
}

// overlap reports whether there is a subject that both patterns take in.
func overlap(a, b string) bool {
	for {
		x, restA, moreA := strings.Cut(a, ".")
		y, restB, moreB := strings.Cut(b, ".")
		switch {
		case x == ">" || y == ">":
			return true
		case x != y && x != "*" && y != "*", moreA != moreB:
			return false
		case !moreA:
			return true
		}
		a, b = restA, restB
	}
}
