package present

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe returns s on one line, fit for a terminal: characters that cannot be seen
// are written as Python's repr does, as in \x1b or \n. Whoever is on the bus
// writes error messages and names, and a terminal obeys what it is told to print.
func Safe(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		writeSafe(&b, r, s[:size])
		s = s[size:]
	}
	return b.String()
}

// writeSafe writes r, which is read from raw.
func writeSafe(b *strings.Builder, r rune, raw string) {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		fmt.Fprintf(b, `\x%02x`, raw[0])
	case unicode.IsPrint(r):
		b.WriteRune(r)
	case r == '\n' || r == '\r' || r == '\t':
		escaped(b, r, 0)
	default:
		fmt.Fprintf(b, format(r), r)
	}
}

// SafeLines returns s with each of its lines as Safe has it, for text of our own
// whose lines are meant.
func SafeLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = Safe(lines[i])
	}
	return strings.Join(lines, "\n")
}

// SafeJSON returns a JSON document that says the same and is fit for a terminal:
// JSON itself escapes only the first 32 control characters.
func SafeJSON(text []byte) []byte {
	if !bytes.ContainsFunc(text, obeyed) {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		if obeyed(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.Bytes()
}

// obeyed reports whether a terminal does something else with r than show it. What
// is no UTF-8 arrives as the replacement character; a terminal may read it as a
// control character of one byte.
func obeyed(r rune) bool {
	return r != '\n' && unicode.In(r, unicode.Cc, unicode.Bidi_Control) || r == utf8.RuneError
}
