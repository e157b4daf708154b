package typed_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/web/internal/typed"
)

// pin refuses everything, and says what it was.
type pin string

func (*pin) UnmarshalText(text []byte) error { return fmt.Errorf("have %s, want %s", text, text) }

// Signup has sensitive fields in all places.
type signup struct {
	ID       int               `path:"id"`
	Age      int               `query:"age" minimum:"18"`
	Token    int               `header:"X-Token"`
	Password string            `json:"password" minLength:"8" maxLength:"12" pattern:"^[a-z]*$"`
	Pin      *pin              `json:"pin"`
	Keys     map[string]int    `json:"keys,omitempty"`
	Nested   []struct{ N int } `json:"nested,omitempty"`
	Open     int               `json:"open,omitempty"`
}

// hideAllBut hides every path that does not begin with open.
func hideAllBut(open ...string) func(string) (string, bool) {
	return func(path string) (string, bool) {
		for _, o := range open {
			if strings.HasPrefix(path, o) {
				return path, false
			}
		}
		path, _, _ = strings.Cut(path, ".")
		return path, true
	}
}

func TestDetailsOfWhatIsHiddenTellNoValue(t *testing.T) {
	t.Parallel()
	m := route("POST /people/{id}", of[signup]())
	m.Hide = hideAllBut("open")
	for _, tt := range []struct {
		name string
		q    request
		want string
	}{
		{"path", request{line: "POST /people/canary", body: `{"password":"abcdefgh"}`}, "path.id: have a value that is not shown, want a whole number"},
		{"query", request{line: "POST /people/1?age=canary", body: `{"password":"abcdefgh"}`}, "query.age: have a value that is not shown, want a whole number"},
		{"query that is none", request{line: "POST /people/1?age=canary%zz", body: `{"password":"abcdefgh"}`}, "query: have a value that is not shown, want name=value pairs"},
		{"header", request{line: "POST /people/1", headers: []string{"X-Token: canary"}, body: `{"password":"abcdefgh"}`}, "header.X-Token: have a value that is not shown"},
		{"short", request{line: "POST /people/1", body: `{"password":"canary"}`}, "body.password: have too few characters, want at least 8"},
		{"long", request{line: "POST /people/1", body: `{"password":"canarycanarycanary"}`}, "body.password: have too many characters, want at most 12"},
		{"pattern", request{line: "POST /people/1", body: `{"password":"canary, want 1"}`}, "body.password: have a value that is not shown, want text that matches"},
		{"type of its own", request{line: "POST /people/1", body: `{"password":"abcdefgh","pin":"canary"}`}, "have a value that is not shown"},
		{"key of a map", request{line: "POST /people/1", body: `{"password":"abcdefgh","keys":{"canary":"x"}}`}, "body.keys: have a value that is not shown"},
		{"form", request{line: "POST /people/1", headers: []string{"Content-Type: application/x-www-form-urlencoded"}, body: "password=canary"}, "body.password: have too few characters"},
		{"form that is none", request{line: "POST /people/1", headers: []string{"Content-Type: application/x-www-form-urlencoded"}, body: "password=canary%zz"}, "body: have a value that is not shown, want name=value pairs"},
		{"list", request{line: "POST /people/1", body: `{"password":"abcdefgh","nested":[{"N":"canary"}]}`}, "have a value that is not shown, want a whole number"},
		{"malformed", request{line: "POST /people/1", body: `{"password":canary}`}, "body: have a malformed message, at byte"},
		{"missing", request{line: "POST /people/1", body: `{}`}, "body.password: is missing, want text"},
		{"open", request{line: "POST /people/1", body: `{"password":"abcdefgh","open":"x"}`}, `body.open: have "x", want a whole number`},
	} {
		err := decode(t, m, tt.q, new(signup))
		if !errors.As(err, new(*typed.Invalid)) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: have %v, want %s", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: have %v, want no value", tt.name, err)
		}
	}
}
