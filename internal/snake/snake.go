// Package snake writes Go names in snake_case: GetUserID is get_user_id,
// HTTPServer is http_server.
package snake

import (
	"strings"
	"unicode"
)

// Case returns a Go name in snake_case.
func Case(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && startsWord(runes, i) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// startsWord reports whether the capital at i begins a word: it follows a small
// letter or a digit, or it is the last of a row of capitals.
func startsWord(runes []rune, i int) bool {
	if runes[i-1] == '_' {
		return false
	}
	if !unicode.IsUpper(runes[i-1]) {
		return true
	}
	return i+1 < len(runes) && unicode.IsLower(runes[i+1])
}
