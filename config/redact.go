package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/enoki-go/enoki/internal/snake"
)

const (
	redacted       = "[redacted]"
	redactedInURLs = "xxxxx"
)

// secretEnds are the ends of keys whose values are secrets, without the signs
// between words; secretWords must be a word of their own, since a monkey is no
// nkey.
var (
	secretEnds = []string{
		"password", "passwords", "passwd", "passphrase", "secret", "secrets", "token", "tokens",
		"apikey", "apikeys", "privatekey", "secretkey", "accesskey", "signingkey", "credential", "credentials",
		"authorization", "cookie", "cookies",
	}
	secretWords = []string{"seed", "nkey", "creds", "pwd", "pass"}
)

// separators stand between the words of a key, besides capitals.
var separators = strings.NewReplacer("-", "_", ".", "_", " ", "_")

// Secret tells by the name of a key, such as db_password or AuthToken, whether what
// stands under it must not be shown.
func Secret(key string) bool { return mayBeSecret(key) && secret(key) }

// mayBeSecret is false for most keys that are none, at little cost: it looks at letters
// alone, however they are divided into words.
func mayBeSecret(key string) bool {
	var letters [16]byte // from the end; no end of a secret is longer
	n := len(letters)
	for i := len(key) - 1; i >= 0 && n > 0; i-- {
		switch c := key[i]; {
		case c == '-' || c == '.' || c == ' ' || c == '_':
		case c >= 'A' && c <= 'Z':
			n--
			letters[n] = c + 'a' - 'A'
		case c >= utf8.RuneSelf:
			return true // let the rule itself see
		default:
			n--
			letters[n] = c
		}
	}
	end := letters[n:]
	for _, words := range [...][]string{secretEnds, secretWords} {
		for _, word := range words {
			if len(end) >= len(word) && string(end[len(end)-len(word):]) == word {
				return true
			}
		}
	}
	return false
}

// secret is the rule of Secret.
func secret(key string) bool {
	words := strings.Split(snake.Case(separators.Replace(key)), "_")
	if slices.Contains(secretWords, words[len(words)-1]) {
		return true
	}
	joined := strings.Join(words, "")
	return slices.ContainsFunc(secretEnds, func(end string) bool { return strings.HasSuffix(joined, end) })
}

var (
	// A URL ends at white space and quotes, or where the next one of a list
	// begins; RE2 cannot look ahead, so Redact cuts lists first.
	urlStart = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://`)
	urlEnd   = regexp.MustCompile("[\\s\"'`<>]")
	query    = regexp.MustCompile(`([?&;])([^=&;#?]+)=([^&;#]*)`)
)

// tokenSchemes are those where a user without password is a token.
var tokenSchemes = []string{"nats://", "tls://", "ws://", "wss://", "http://", "https://"}

// Redact returns url without its secrets: user:password@ becomes user:xxxxx@,
// and so do a lone token where the scheme takes one (nats://token@host) and
// query parameters with the name of a secret (?password=). It is for log lines
// and errors: url may be a list of URLs or a text with URLs in it, and whatever
// is no URL stays.
func Redact(url string) string {
	starts := urlStart.FindAllStringIndex(url, -1)
	if starts == nil {
		return url
	}
	var out strings.Builder
	out.WriteString(url[:starts[0][0]])
	for i, start := range starts {
		end := len(url)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		rest := url[start[1]:end]
		tail := ""
		if cut := urlEnd.FindStringIndex(rest); cut != nil {
			rest, tail = rest[:cut[0]], rest[cut[0]:]
		}
		scheme := url[start[0]:start[1]]
		out.WriteString(scheme + redactRest(scheme, rest) + tail)
	}
	return out.String()
}

// redactRest redacts what follows the scheme of one URL.
func redactRest(scheme, rest string) string {
	if end := userinfoEnd(rest); end >= 0 {
		rest = redactUser(scheme, rest[:end]) + rest[end:]
	}
	return query.ReplaceAllStringFunc(rest, func(pair string) string {
		name, _, _ := strings.Cut(pair[1:], "=")
		if !secret(name) {
			return pair
		}
		return pair[:1] + name + "=" + redactedInURLs
	})
}

// userinfoEnd returns the index of the @ that ends the user's part, or -1. A
// password may contain / ? # against the rules; a host with a port may not.
func userinfoEnd(rest string) int {
	authority := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	if end := strings.LastIndex(authority, "@"); end >= 0 {
		return lastEnd(rest, end)
	}
	_, port, ok := strings.Cut(authority, ":")
	if ok && strings.Trim(port, "0123456789") != "" {
		return strings.LastIndex(rest, "@")
	}
	return -1
}

// lastEnd moves the end of a user's part with a password to the last @ before the query: a
// password that holds @ and / was not encoded as it should be.
func lastEnd(rest string, end int) int {
	path, _, _ := strings.Cut(rest, "?")
	if last := strings.LastIndex(path, "@"); last > end && strings.Contains(rest[:end], ":") {
		return last
	}
	return end
}

func redactUser(scheme, userinfo string) string {
	user, _, ok := strings.Cut(userinfo, ":")
	switch {
	case ok:
		return user + ":" + redactedInURLs
	case userinfo != "" && slices.Contains(tokenSchemes, strings.ToLower(scheme)):
		return redactedInURLs
	default:
		return userinfo
	}
}
