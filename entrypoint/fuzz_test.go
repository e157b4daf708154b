package entrypoint_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// Whatever a sensitive argument is, and whatever a text does with it: it is not there any
// more, and nothing that is not of it is lost.
func FuzzScrub(f *testing.F) {
	for _, seed := range []string{"canary-9d0c47e1", "a\"b\\c\nd<&>", "öäü-öäü", "\xff\xfe\xfd\xfc\xfb\xfa", "aaaaaaaa", "[redacted]", "%2F%2F%2F", "      ", "null,true", "123456.70"} {
		f.Add(seed, "user said: ", " (again)")
	}
	f.Add("12345678", "1", "9")
	f.Add("secret", "secretsecretsecre", "ecretsecret")
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		if len(secret) < 8 || len(secret) > 200 || strings.Contains(entrypoint.Hidden, secret) {
			return
		}
		quoted, _ := json.Marshal(secret)
		c := keeping(t, secret)
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), hex.EncodeToString([]byte(secret)), fmt.Sprintf("%q", secret), string(quoted[1 : len(quoted)-1]),
		} {
			text := before + form + after
			began := time.Now()
			have := c.Scrub(text)
			if took := time.Since(began); took > 5*time.Second { // microseconds, on a machine that is not busy
				t.Errorf("it took %v", took)
			}
			if outside := strings.ReplaceAll(have, entrypoint.Hidden, "\x00"); strings.Contains(outside, form) {
				t.Errorf("%q: have %q, which holds %q", text, have, form)
			}
			if !strings.Contains(have, entrypoint.Hidden) {
				t.Errorf("%q: have %q, want something hidden", text, have)
			}
		}
		if text := strings.Repeat("~", 20); !strings.Contains(secret, "~") && c.Scrub(text) != text {
			t.Errorf("%q hides %q", secret, text)
		}
	})
}

// Whatever is in an argument is shown, cut, without what is sensitive in it.
func FuzzRedacted(f *testing.F) {
	for _, seed := range []string{
		`{"user":{"password":"%s","name":"ann"}}`, `{"user":[{"password":"%s"},{"PASSWORD":["%s"]}]}`, `{"user":{"password":{"a":"%s"}}}`, `{"user":"%s"}`, `[["%s"]]`,
		`{"user":{"Password":"%s"}}`, `{"user":null}`, `{"user":{"password":null}}`, `{"a":{"user":{"password":1}}}`,
	} {
		f.Add([]byte(seed))
	}
	const canary = "canary-9d0c47e1"
	f.Fuzz(func(t *testing.T, document []byte) {
		var in any
		if json.Unmarshal([]byte(strings.ReplaceAll(string(document), "%s", canary)), &in) != nil {
			return
		}
		shown, err := json.Marshal(keeping(t, in, []string{"user"}, []string{"password"}).Redacted())
		if err != nil {
			t.Fatalf("%q cannot be shown: %v", document, err)
		}
		if at := sensitive(in, canary, "user", "password"); at != "" && strings.Contains(string(shown), at) {
			t.Errorf("%q: have %s, want it without %s", document, shown, at)
		}
	})
}

// sensitive returns the canary where it stands at a path and nowhere else.
func sensitive(tree any, canary string, path ...string) string {
	whole, _ := json.Marshal(tree)
	count := 0
	for _, v := range at(tree, path) {
		text, _ := json.Marshal(v)
		count += strings.Count(string(text), canary)
	}
	if count == 0 || count < strings.Count(string(whole), canary) {
		return ""
	}
	return canary
}

// at returns what stands at a path, in each element of lists.
func at(tree any, path []string) (found []any) {
	if len(path) == 0 {
		return []any{tree}
	}
	switch tree := tree.(type) {
	case []any:
		for _, v := range tree {
			found = append(found, at(v, path)...)
		}
	case map[string]any:
		for name, v := range tree {
			if strings.EqualFold(name, path[0]) {
				found = append(found, at(v, path[1:])...)
			}
		}
	}
	return found
}
