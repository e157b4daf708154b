package broker

import "strings"

// Matches reports whether a pattern, in which * stands for one token and > for the
// rest, takes in a subject. A subject that is itself a pattern is taken in where all
// that it stands for is.
func Matches(pattern, subject string) bool {
	for {
		want, wantMore, more := strings.Cut(pattern, ".")
		have, haveMore, rest := strings.Cut(subject, ".")
		switch {
		case want == ">":
			return true
		case have == ">", want != "*" && want != have, more != rest:
			return false
		case !more:
			return true
		}
		pattern, subject = wantMore, haveMore
	}
}
