package redact_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/slogtest"

	"github.com/enoki-go/enoki/service/internal/redact"
)

// base is embedded, though it is not exported.
type base struct {
	Owner    string `json:"owner"`
	Password string `json:"password,omitempty"`
}

// record has fields of every kind.
type record struct {
	base

	Name   string `json:"name"`
	Loud   string `json:"-"`
	Inside struct{ token, name string }
}

// brief writes no more than its id.
type brief struct{ ID, Password, Note string }

func (b brief) MarshalJSON() ([]byte, error) { return json.Marshal(map[string]string{"id": b.ID}) }

// open writes more than it should.
type open struct{ ID, Word string }

func (o open) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"id": o.ID, "password": o.Word, "n": 12345678901234567})
}

// broken cannot be written.
type broken struct{ ID, Password string }

func (broken) MarshalJSON() ([]byte, error) { panic("broken") }

// spoken is a struct with a text, which JSON does not ask for.
type spoken struct{ ID, Password string }

func (s spoken) String() string { return s.ID }

// failing is an error with fields.
type failing struct{ ID, Password string }

func (f failing) Error() string { return f.ID }

// chain is as long as you like.
type chain struct {
	Next *chain
	Word string `json:"password"`
}

func TestLogHidesSecretsInValues(t *testing.T) {
	t.Parallel()
	whole := record{Name: "ann", Loud: "loud"}
	whole.Password, whole.Inside.token = canary, canary
	long, loop := &chain{Word: canary}, &chain{Word: canary}
	for range 9 {
		long = &chain{Next: long}
	}
	loop.Next = loop
	table := map[string]string{"password": canary, "a": "ann"}
	pointer := &whole
	for name, v := range map[string]any{
		"struct":           whole,
		"embedded":         struct{ base }{base{"ann", canary}},
		"embedded pointer": struct{ *base }{&base{"ann", canary}},
		"options of a tag": struct {
			Ann string
			P   string `json:"password,omitempty"`
		}{"ann", canary},
		"pointer to a pointer":   &pointer,
		"pointer to a map":       &table,
		"map by number":          map[int]struct{ Ann, Password string }{7: {"ann", canary}},
		"header":                 http.Header{"Authorization": {"Bearer " + canary}, "Cookie": {canary}, "Set-Cookie": {canary}, "X": {"ann"}},
		"deep":                   map[string]any{"ann": long},
		"without end":            map[string]any{"ann": loop},
		"what MarshalJSON hides": []any{brief{"ann", canary, "note"}},
		"what MarshalJSON shows": open{"ann", canary},
		"MarshalJSON panics":     broken{"ann", canary},
		"message":                json.RawMessage(`{"a":"ann","password":"` + canary + `"}`),
		"Stringer":               spoken{"ann", canary},
		"error in a list":        []any{failing{"ann", canary}},
		"not exported":           struct{ ann, password string }{"x", canary},
		"text among numbers":     map[string]any{"ann": 1, "max_tokens": canary, "tokens": []int{771177}},
	} {
		for _, format := range []string{"text", "json"} {
			text := logged(t, format, func(l *slog.Logger) { l.Info("ann", "data", v) })
			if strings.Contains(text, canary) || strings.Contains(text, "771177") || !strings.Contains(text, "ann") {
				t.Errorf("%s, %s: have %s, want no secret, and the rest", name, format, text)
			}
			if strings.Contains(text, "!PANIC") || strings.Contains(text, "!ERROR") || strings.Contains(text, "loud") {
				t.Errorf("%s, %s: have %s, want what can be shown", name, format, text)
			}
		}
	}
}

func TestLogShowsNoMoreThanWithoutSecrets(t *testing.T) {
	t.Parallel()
	whole := record{Name: "ann", Loud: "loud"}
	whole.Owner, whole.Password, whole.Inside.name = "bob", canary, "inner"
	for want, v := range map[string]any{
		`{"Inside":{},"name":"ann","owner":"bob","password":"[redacted]"}`: whole,
		`{"id":"7"}`: brief{"7", canary, "note"},
		`{"id":"7","n":12345678901234567,"password":"[redacted]"}`: &open{"7", canary},
		`{"7":{"Password":"[redacted]"}}`:                          map[int]struct{ Password string }{7: {canary}},
		`["7"]`:                                                    []any{failing{"7", canary}},
		`{"max_tokens":4096,"tokens":1.5}`:                         map[string]any{"max_tokens": 4096, "tokens": 1.5},
		`{"max_tokens":4096}`:                                      json.RawMessage(`{"max_tokens":4096}`),
	} {
		text := logged(t, "json", func(l *slog.Logger) { l.Info("m", "data", v) })
		if !strings.Contains(text, `"data":`+want+"}") {
			t.Errorf("have %s, want %s", text, want)
		}
	}
	if text := logged(t, "text", func(l *slog.Logger) { l.Info("m", "maxTokens", 4096, "token", 17) }); !strings.Contains(text, "maxTokens=4096 token=[redacted]") {
		t.Errorf("have %s, want the count, not the token", text)
	}
}

// asked counts how often it is asked for its value.
type asked struct{ times *int }

func (a asked) LogValue() slog.Value { *a.times++; return slog.StringValue("answer") }

func TestLogValuerIsAskedOnce(t *testing.T) {
	t.Parallel()
	times := 0
	text := logged(t, "json", func(l *slog.Logger) { l.Info("m", "a", asked{&times}, "password", canary, "error", errors.New("e")) })
	if times != 1 || !strings.Contains(text, `"a":"answer","password":"[redacted]","error":"e"`) {
		t.Errorf("asked %d times, have %s", times, text)
	}
}

func TestRedactorIsAHandlerAsSlogWantsThem(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	slogtest.Run(t, func(*testing.T) slog.Handler {
		out.Reset()
		return redact.New(slog.NewJSONHandler(&out, nil))
	}, func(t *testing.T) map[string]any {
		t.Helper()
		line := map[string]any{}
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", out.Bytes(), err))
		}
		return line
	})
}
