package redact_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/service/internal/redact"
)

const canary = "canary-77b1"

// account is what somebody may log whole.
type account struct {
	Name     string
	Password string
	inner    struct{ token string }
	Nested   *struct {
		Key string `json:"api_key"`
	}
}

// hiding resolves to what it hides.
type hiding struct{}

func (hiding) LogValue() slog.Value {
	return slog.GroupValue(slog.String("user", "ann"), slog.String("api_key", canary))
}

// logged writes through a handler for a format and returns what came.
func logged(t *testing.T, format string, write func(*slog.Logger)) string {
	t.Helper()
	var out bytes.Buffer
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	h := slog.Handler(slog.NewTextHandler(&out, options))
	if format == "json" {
		h = slog.NewJSONHandler(&out, options)
	}
	write(slog.New(redact.New(h)))
	return out.String()
}

func TestLogHidesSecrets(t *testing.T) {
	t.Parallel()
	location := "redis://user:" + canary + "@host/0"
	parsed, _ := url.Parse(location)
	whole := account{Name: "ann", Password: canary}
	whole.inner.token = canary
	whole.Nested = &struct {
		Key string `json:"api_key"`
	}{canary}
	for name, write := range map[string]func(*slog.Logger){
		"key":    func(l *slog.Logger) { l.Info("x", "ann", 1, "db_password", canary) },
		"number": func(l *slog.Logger) { l.Info("x", "ann", 1, "pin_token", 771177) },
		"group": func(l *slog.Logger) {
			l.Info("x", slog.Group("ann", slog.Group("b", slog.String("AuthToken", canary))))
		},
		"group of With":  func(l *slog.Logger) { l.WithGroup("ann").With("secret", canary).Info("x") },
		"name of group":  func(l *slog.Logger) { l.WithGroup("credentials").Info("x", "ann", canary) },
		"secret group":   func(l *slog.Logger) { l.Info("x", slog.Group("credentials", "ann", canary), "y", "ann") },
		"With":           func(l *slog.Logger) { l.With("token", canary, "ann", 1).Info("x") },
		"LogValuer":      func(l *slog.Logger) { l.Info("x", "who", hiding{}) },
		"With LogValuer": func(l *slog.Logger) { l.With("who", hiding{}).Info("x") },
		"URL":            func(l *slog.Logger) { l.Info("x", "ann", "dial "+location) },
		"parsed URL":     func(l *slog.Logger) { l.Info("x ann", "at", parsed) },
		"URL in error":   func(l *slog.Logger) { l.Info("x ann", "error", fmt.Errorf("dial %s: %w", location, io.EOF)) },
		"URL in message": func(l *slog.Logger) { l.Info("ann dials " + location) }, //nolint:sloglint // such messages are what is tested
		"URLs in a list": func(l *slog.Logger) { l.Info("x ann", "at", []string{"a", location}) },
		"map":            func(l *slog.Logger) { l.Info("x", "data", map[string]string{"auth_token": canary, "user": "ann"}) },
		"map of maps": func(l *slog.Logger) {
			l.Info("x", "data", map[string]any{"a": []any{map[string]any{"password": canary, "b": "ann"}}})
		},
		"struct":            func(l *slog.Logger) { l.Info("x", "settings", whole) },
		"pointer to struct": func(l *slog.Logger) { l.Info("x", "settings", &whole) },
	} {
		for _, format := range []string{"text", "json"} {
			text := logged(t, format, write)
			if strings.Contains(text, canary) || strings.Contains(text, "771177") || !strings.Contains(text, "ann") {
				t.Errorf("%s, %s: have %s, want no secret, and the rest", name, format, text)
			}
		}
	}
}

func TestLogLeavesAloneWhatIsNoSecret(t *testing.T) {
	t.Parallel()
	somebody := account{Password: canary} // of which text shows the address
	write := func(l *slog.Logger) {
		l.With("call_id", "7").WithGroup("g").Debug("m", "monkey", 1, "error", errors.New("e"), "map", map[string]int{"a": 1},
			slog.Group("h", "i", true), "list", []string{"x"}, "bytes", []byte("b"), "nil", nil, "url", "http://host/x",
			"pointer", (*url.URL)(nil), "struct", struct{ A, b int }{1, 2},
			"inside", struct {
				A int
				b *account
			}{1, &somebody}, "max_tokens", 4096, "raw", json.RawMessage(`{"a": 1}`))
	}
	for _, format := range []string{"text", "json"} {
		var plain bytes.Buffer
		options := &slog.HandlerOptions{Level: slog.LevelDebug}
		if write(slog.New(slog.NewJSONHandler(&plain, options))); format == "text" {
			plain.Reset()
			write(slog.New(slog.NewTextHandler(&plain, options)))
		}
		have, want := logged(t, format, write), plain.String()
		if _, have, _ = strings.Cut(have, "DEBUG"); have == "" || !strings.HasSuffix(want, have) {
			t.Errorf("%s: have %s, want %s", format, have, want)
		}
	}
}

func BenchmarkRedactor(b *testing.B) {
	for name, h := range map[string]slog.Handler{
		"without": slog.NewJSONHandler(io.Discard, nil),             //nolint:sloglint // what it writes is timed
		"with":    redact.New(slog.NewJSONHandler(io.Discard, nil)), //nolint:sloglint // as above
	} {
		l := slog.New(h).With("service", "orders")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.Info("call failed", "method", "create", "call_id", "K7", "error", io.EOF, "elapsed", 17)
			}
		})
	}
}
