package graph

import (
	"strings"
	"unicode"
)

// textWidth returns how wide a text is at the most, in the fonts that the picture asks
// for. Nobody can measure a text here; the widths are those of the wider ones of them.
func textWidth(text string, size float64) float64 {
	sum := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("iljt.,:;'|!()[]/ ", r):
			sum += 0.42
		case strings.ContainsRune("mwMW@%", r):
			sum += 1
		case r >= 'A' && r <= 'Z':
			sum += 0.76
		case r < unicode.MaxLatin1:
			sum += 0.64
		default:
			sum += 1.1
		}
	}
	return sum * size
}

// visible returns text on one line, without characters that cannot be seen or that turn
// the direction of others: whoever is on the bus chooses names.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return '?' // as U+FFFD is refused by parsers of DOT
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}
