package entrypoint

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// shortestSecret is how long a value is at the least to be looked for in texts:
	// shorter ones are in too many words.
	shortestSecret = 4
	// shortestPart is how long one is at the least to be found within a word; shorter
	// ones are whole words.
	shortestPart = 6
	// mostSecrets and mostSearched bound what a caller can make a service do for one
	// text: how many values there are, and how many bytes are looked at.
	mostSecrets  = 256
	mostSearched = 1 << 27
)

// Scrub returns text with Hidden in place of the sensitive arguments of the call, for
// texts that others made of them. What is shorter than four bytes stays, as do true and
// false and the names of fields; where there are more than 256 values, or one has no
// end, Hidden stands for the whole text.
func (c *Call) Scrub(text string) string { return c.Scrubber()(text) }

// Scrubber returns Scrub for several texts. It keeps what the arguments are now, and is
// safe for concurrent use.
func (c *Call) Scrubber() func(text string) string {
	if len(c.Method.Sensitive) == 0 || !c.args.IsValid() {
		return func(text string) string { return text }
	}
	s := secrets{texts: map[string]bool{}}
	for _, place := range c.Method.Sensitive {
		s.seen = map[visit]bool{}
		s.collect(c.args.Field(place.Param), place.Steps, deepest)
	}
	return s.scrub
}

// scrub returns text without the secrets.
func (s *secrets) scrub(text string) string {
	if text == "" || !s.whole && len(s.texts) == 0 {
		return text
	}
	forms := s.forms(len(text))
	if s.whole || len(forms)*len(text) > mostSearched {
		return Hidden
	}
	covered := make([]bool, len(text))
	for form := range forms {
		cover(covered, text, form)
	}
	var out strings.Builder
	for i := range len(text) {
		switch {
		case !covered[i]:
			out.WriteByte(text[i])
		case i == 0 || !covered[i-1]:
			out.WriteString(Hidden)
		}
	}
	return out.String()
}

// cover marks where a form stands in text.
func cover(covered []bool, text, form string) {
	for from := 0; ; {
		i := strings.Index(text[from:], form)
		if i < 0 {
			return
		}
		i += from
		if from = i + 1; len(form) < shortestPart && !standsAlone(text, i, i+len(form)) {
			continue
		}
		for from = i; from < i+len(form); from++ {
			covered[from] = true
		}
	}
}

// standsAlone reports whether what is between two places of text is a word of its own.
// A letter before it may be the end of an escape, as in \n.
func standsAlone(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return !inWord(after) && (!inWord(before) || strings.ContainsAny(text[max(0, start-len(`\u003c`)):start], `\%`))
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// forms returns how the secrets may stand in a text of so many bytes.
func (s *secrets) forms(most int) map[string]bool {
	forms := make(map[string]bool, len(s.texts))
	for text, data := range s.texts {
		if len(text) > most {
			continue // no form is shorter
		}
		for _, form := range formsOf(text) {
			forms[form] = true
		}
		if data {
			forms[fmt.Sprintf("%d", []byte(text))] = true
			forms[base64.StdEncoding.EncodeToString([]byte(text))] = true
		}
	}
	return forms
}

func formsOf(text string) []string {
	quoted, digits := strconv.Quote(text), hex.EncodeToString([]byte(text))
	forms := []string{text, quoted[1 : len(quoted)-1], url.QueryEscape(text), url.PathEscape(text), digits, strings.ToUpper(digits)}
	if inJSON, err := json.Marshal(text); err == nil {
		forms = append(forms, string(inJSON[1:len(inJSON)-1]))
	}
	return slices.Compact(forms)
}
