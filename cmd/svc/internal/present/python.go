// Package present writes values for people.
package present

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quote returns s as Python's repr shows it: in single quotes, unless s holds
// one and no double quote. Bytes that are no UTF-8 are written as \x and two
// digits.
func Quote(s string) string {
	quote := quoteFor(s)
	var b strings.Builder
	b.WriteByte(quote)
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case escaped(&b, r, quote):
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, format(r), r)
		}
		s = s[size:]
	}
	b.WriteByte(quote)
	return b.String()
}

// QuoteBytes returns s as Python's repr shows bytes: b'…'.
func QuoteBytes(s string) string {
	quote := quoteFor(s)
	var b strings.Builder
	b.WriteByte('b')
	b.WriteByte(quote)
	for i := range len(s) {
		switch c := s[i]; {
		case escaped(&b, rune(c), quote):
		case ' ' <= c && c < 0x7f:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	b.WriteByte(quote)
	return b.String()
}

// Float returns f as Python's repr shows it: the shortest text that is read back
// as f, with a point or an exponent.
func Float(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 0):
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64), "+"))
	}
	scientific := strconv.FormatFloat(f, 'e', -1, 64)
	_, digits, _ := strings.Cut(scientific, "e")
	if exponent, err := strconv.Atoi(digits); err != nil || exponent < -4 || exponent >= 16 {
		return scientific
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

func quoteFor(s string) byte {
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return '"'
	}
	return '\''
}

// escaped writes what has an escape of its own, and reports whether r has.
func escaped(b *strings.Builder, r rune, quote byte) bool {
	switch r {
	case rune(quote), '\\':
		b.WriteByte('\\')
		b.WriteRune(r)
	case '\n':
		b.WriteString(`\n`)
	case '\r':
		b.WriteString(`\r`)
	case '\t':
		b.WriteString(`\t`)
	default:
		return false
	}
	return true
}

// format returns how a character that cannot be seen is written.
func format(r rune) string {
	switch {
	case r < 0x100:
		return `\x%02x`
	case r < 0x10000:
		return `\u%04x`
	default:
		return `\U%08x`
	}
}
