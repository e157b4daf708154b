package broker

import (
	"strings"

	"github.com/nats-io/nats.go"
)

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

// IsInbox reports whether a reply subject is one that a service may publish to.
// Anything else would let a caller make a service publish in its own name to
// subjects that the caller may not use.
func IsInbox(reply string) bool {
	rest, ok := strings.CutPrefix(reply, nats.InboxPrefix)
	return ok && rest != "" && len(reply) <= 512 && !strings.ContainsAny(rest, "*> \t\r\n\x00") &&
		!strings.Contains(rest, "..") && rest[0] != '.' && rest[len(rest)-1] != '.'
}
