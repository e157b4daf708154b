package secret_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary is what must not be seen.
const canary = "canary-7f3a"

// account holds a secret in every way in which a struct can.
type account struct {
	Name   string
	Key    secret.Text
	Behind *secret.Text
	List   []secret.Text
	ByName map[string]secret.Text
	hidden secret.Text
}

func newAccount() account {
	text := secret.New(canary)
	return account{"ann", text, &text, []secret.Text{text}, map[string]secret.Text{"a": text}, text}
}

func wantHidden(t *testing.T, how, have string) {
	t.Helper()
	if strings.Contains(have, canary) || strings.Contains(have, fmt.Sprintf("%x", canary)) || strings.Contains(have, fmt.Sprintf("%X", canary)) {
		t.Errorf("%s shows the secret: %s", how, have)
	}
}

func TestSecretIsPrintedByNoVerb(t *testing.T) {
	t.Parallel()
	text := secret.New(canary)
	for verb := range strings.FieldsSeq("%v %+v %#v %s %q %x %X %d %t %c %U %T %p %40s %-10v %o") {
		for _, value := range []any{text, &text, newAccount(), []any{text}, errors.Join(fmt.Errorf("key "+verb, text))} {
			wantHidden(t, verb, fmt.Sprintf(verb, value))
		}
	}
	if have := fmt.Sprintf("%v %s %q %x %+v %#v", text, text, text, text, text, text); have != strings.TrimSpace(strings.Repeat("[redacted] ", 6)) {
		t.Errorf("have %s, want [redacted] for each verb", have)
	}
	if have := fmt.Sprint(text) + text.String(); have != "[redacted][redacted]" {
		t.Errorf("have %s", have)
	}
}

func TestSecretIsNotPrintedWhereItIsNotExported(t *testing.T) {
	t.Parallel()
	a := newAccount()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		wantHidden(t, verb, fmt.Sprintf(verb, struct{ a, b any }{a, &a}))
	}
	if a.hidden.Reveal() != canary {
		t.Error("the account has no secret")
	}
}

func TestSecretIsNotLogged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	for _, l := range []*slog.Logger{slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))} {
		out.Reset()
		l.With("with", secret.New(canary)).Info("x", "key", secret.New(canary), "account", newAccount(), slog.Group("g", "k", secret.New(canary)))
		wantHidden(t, "slog", out.String())
		if !strings.Contains(out.String(), secret.Redacted) {
			t.Errorf("have %s, want %s", out.String(), secret.Redacted)
		}
	}
}

func TestAnswerShowsNoSecret(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]codec.Codec{"json": codec.JSON, "msgpack": codec.Msgpack} {
		for _, value := range []any{secret.New(canary), newAccount(), map[string]any{"key": secret.New(canary)}} {
			body, err := c.Append(nil, value)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			wantHidden(t, name, string(body))
			if !strings.Contains(string(body), secret.Redacted) {
				t.Errorf("%s: have %q, want %s", name, body, secret.Redacted)
			}
		}
	}
}

func TestRevealReturnsTheText(t *testing.T) {
	t.Parallel()
	if have := secret.New(canary); have.Reveal() != canary || have.Empty() {
		t.Errorf("have %q, want %q", have.Reveal(), canary)
	}
	var none secret.Text
	if none.Reveal() != "" || !none.Empty() || !secret.New("").Empty() || fmt.Sprint(none) != secret.Redacted {
		t.Errorf("have %q, want nothing", none.Reveal())
	}
}

func TestRequestAndConfigurationMayHoldASecret(t *testing.T) {
	t.Parallel()
	var login struct {
		User     string      `json:"user"`
		Password secret.Text `json:"password"`
	}
	if err := json.Unmarshal([]byte(`{"user":"ann","password":"`+canary+`"}`), &login); err != nil || login.Password.Reveal() != canary {
		t.Errorf("have %q, %v, want %q", login.Password.Reveal(), err, canary)
	}
	body, err := codec.Msgpack.Append(nil, map[string]string{"password": canary})
	if err != nil {
		t.Fatal(err)
	}
	login.Password = secret.Text{}
	if err := codec.Msgpack.Decode(body, &login); err != nil || login.Password.Reveal() != canary {
		t.Errorf("have %q, %v, want %q", login.Password.Reveal(), err, canary)
	}
	cfg, err := config.Load(config.Text("test", "mail: {password: "+canary+"}"))
	if err != nil {
		t.Fatal(err)
	}
	var mail struct{ Password secret.Text }
	if err := cfg.Section("mail", &mail); err != nil || mail.Password.Reveal() != canary {
		t.Errorf("have %q, %v, want %q", mail.Password.Reveal(), err, canary)
	}
}

// Who sends the struct that a service reads sends no secret, and must learn of it.
func TestSecretThatWasRedactedOnItsWayIsRefused(t *testing.T) {
	t.Parallel()
	type login struct {
		User     string      `json:"user"`
		Password secret.Text `json:"password"`
	}
	for name, c := range map[string]codec.Codec{"json": codec.JSON, "msgpack": codec.Msgpack} {
		body, err := c.Append(nil, login{"ann", secret.New(canary)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var have login
		err = c.Decode(body, &have)
		if err == nil || !strings.Contains(err.Error(), "have a secret that was redacted on its way") || !have.Password.Empty() {
			t.Errorf("%s: have %v and the password %q, want an error and none", name, err, have.Password.Reveal())
		}
	}
	cfg, err := config.Load(config.Text("test", "mail: {password: '[redacted]'}"))
	if err != nil {
		t.Fatal(err)
	}
	var mail struct{ Password secret.Text }
	if err := cfg.Section("mail", &mail); err == nil || !mail.Password.Empty() {
		t.Errorf("have %v and %q of a configuration as it was printed, want an error", err, mail.Password.Reveal())
	}
}
