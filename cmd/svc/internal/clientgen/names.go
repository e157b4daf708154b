package clientgen

import (
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// initialisms are words that Go writes in capitals.
var initialisms = []string{
	"API", "CPU", "CSS", "DB", "DNS", "HTML", "HTTP", "HTTPS", "ID", "IP", "JSON", "JWT", "OK", "RPC",
	"SLA", "SQL", "SSH", "TCP", "TLS", "TTL", "UDP", "UI", "UID", "URI", "URL", "UTF8", "UUID", "VM", "XML",
}

// wordsOf splits a name of the wire: order_id, orderId and order-id are two words.
func wordsOf(name string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = nil
		}
	}
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && len(word) > 0 && !unicode.IsUpper(word[len(word)-1]):
			flush()
		}
		word = append(word, r)
	}
	flush()
	return words
}

// exported makes an exported Go name of a name of the wire.
func exported(name string) string {
	var b strings.Builder
	for _, w := range wordsOf(name) {
		b.WriteString(capital(w))
	}
	text := b.String()
	if first := []rune(text + "0")[0]; !unicode.IsUpper(first) {
		text = "X" + text // a digit, or a letter of a script without capitals
	}
	return text
}

func capital(word string) string {
	upper := strings.ToUpper(word)
	if slices.Contains(initialisms, upper) {
		return upper
	}
	r := []rune(word)
	return string(unicode.ToUpper(r[0])) + string(r[1:])
}

// local makes the Go name of a parameter of a name of the wire.
func local(name string) string {
	words := wordsOf(name)
	if len(words) == 0 {
		return "arg"
	}
	var b strings.Builder
	b.WriteString(strings.ToLower(words[0]))
	for _, w := range words[1:] {
		b.WriteString(capital(w))
	}
	text := b.String()
	if !unicode.IsLetter([]rune(text)[0]) {
		text = "arg" + text
	}
	if token.IsKeyword(text) || slices.Contains([]string{"ctx", "context", "time", "error", "any", "rpc"}, text) {
		text += "Arg"
	}
	return text
}

// A namer gives each name once.
type namer map[string]bool

// free returns name, with a number if it was given before.
func (n namer) free(name string) string {
	try := name
	for i := 2; n[try]; i++ {
		try = name + strconv.Itoa(i)
	}
	n[try] = true
	return try
}

// usable reports whether a key of JSON can stand in the tag of a field.
func usable(key string) bool {
	if key == "" {
		return false
	}
	for _, r := range key {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}
