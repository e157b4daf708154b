package snake_test

import (
	"testing"

	"github.com/enoki-go/enoki/internal/snake"
)

func TestCase(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":               "",
		"Hello":          "hello",
		"GetUserID":      "get_user_id",
		"HTTPServer":     "http_server",
		"MaxBytes2Go":    "max_bytes2_go",
		"A":              "a",
		"AB":             "ab",
		"already_snake":  "already_snake",
		"DB_PASSWORD":    "db_password",
		"ÄpfelUndBirnen": "äpfel_und_birnen",
	} {
		if have := snake.Case(name); have != want {
			t.Errorf("%q: have %q, want %q", name, have, want)
		}
	}
}
