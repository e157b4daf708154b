package secret_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Payments has a key.
type Payments struct {
	Key secret.Text `secret:"stripe_key"`

	_ rpc.Method `method:"Show"`
	_ rpc.Method `method:"Leak"`
}

// Show proves that it knows the key.
func (p *Payments) Show() int { return len(p.Key.Reveal()) }

// Leak returns the key by mistake.
func (p *Payments) Leak() secret.Text { return p.Key }

// folder makes an empty folder the one for secrets, and no variable one.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("SECRETS_DIR", dir)
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// revealed returns the secret that a method has.
func revealed(t *testing.T, of *Payments, given ...any) string {
	t.Helper()
	w := svctest.New(t, append(given, of)...)
	defer w.Stop()
	out, err := w.Hook(t.Context(), "payments", "Leak")
	if err != nil {
		t.Fatal(err)
	}
	return out.(secret.Text).Reveal()
}

func TestSecretIsReadFromAFile(t *testing.T) {
	for text, want := range map[string]string{
		"k1": "k1", "k1\n": "k1", "k1\r\n": "k1", " k 1 ": " k 1 ", "k1\n\n": "k1\n", "a\nb\n": "a\nb",
	} {
		write(t, folder(t), "stripe_key", text)
		if have := revealed(t, &Payments{}); have != want {
			t.Errorf("have %q, want %q for a file of %q", have, want, text)
		}
	}
}

func TestSecretIsReadFromTheEnvironment(t *testing.T) {
	folder(t)
	t.Setenv("STRIPE_KEY", "of the environment")
	if have := revealed(t, &Payments{}); have != "of the environment" {
		t.Errorf("have %q", have)
	}
}

func TestSecretIsReadFromTheConfiguration(t *testing.T) {
	folder(t)
	t.Setenv("OTHER", "of the configuration")
	if have := revealed(t, &Payments{}, svctest.Config("secrets: {stripe_key: '${OTHER}'}")); have != "of the configuration" {
		t.Errorf("have %q", have)
	}
}

func TestConfigurationComesBeforeFileAndFileBeforeEnvironment(t *testing.T) {
	write(t, folder(t), "stripe_key", "file")
	t.Setenv("STRIPE_KEY", "environment")
	if have := revealed(t, &Payments{}); have != "file" {
		t.Errorf("have %q, want the file", have)
	}
	if have := revealed(t, &Payments{}, svctest.Config("secrets: {stripe_key: configuration}")); have != "configuration" {
		t.Errorf("have %q, want the configuration", have)
	}
}

func TestTestSetsASecret(t *testing.T) {
	folder(t)
	if have := revealed(t, &Payments{Key: secret.New("sk_test")}); have != "sk_test" {
		t.Errorf("have %q", have)
	}
}

// assemble returns what is wrong with services.
func assemble(t *testing.T, yaml string, services ...any) error {
	t.Helper()
	cfg, err := config.Load(config.Text("test", yaml))
	if err != nil {
		t.Fatal(err)
	}
	_, err = service.New(cfg, service.Logger(slog.New(slog.DiscardHandler)), service.With(services...))
	return err
}

func wantMistake(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("have no mistake, want %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("have %v\nwant %q in it", err, part)
		}
	}
	wantHidden(t, "the mistake", err.Error())
}

func TestMissingSecretIsAMistakeThatNamesAllPlaces(t *testing.T) {
	dir := folder(t)
	wantMistake(t, assemble(t, "", &Payments{}), "provide_test.go:", "Key", "secret stripe_key is missing",
		"configuration key secrets.stripe_key", "the file "+filepath.Join(dir, "stripe_key"), "environment variable STRIPE_KEY", "SECRETS_DIR", "/run/secrets")
}

func TestEmptySecretIsAMistakeWhereverItStands(t *testing.T) {
	for place, prepare := range map[string]func(t *testing.T) string{
		"file":                      func(t *testing.T) string { t.Helper(); write(t, folder(t), "stripe_key", "\n"); return "" },
		"STRIPE_KEY":                func(t *testing.T) string { t.Helper(); folder(t); t.Setenv("STRIPE_KEY", ""); return "" },
		"key secrets.stripe_key is": func(t *testing.T) string { t.Helper(); folder(t); return "secrets: {stripe_key: ''}" },
	} {
		t.Run(place, func(t *testing.T) {
			wantMistake(t, assemble(t, prepare(t), &Payments{}), place, "is empty")
		})
	}
}

func TestUnreadableSecretIsAMistake(t *testing.T) {
	dir := folder(t)
	t.Setenv("STRIPE_KEY", canary) // is no way out
	if err := os.Mkdir(filepath.Join(dir, "stripe_key"), 0o700); err != nil {
		t.Fatal(err)
	}
	wantMistake(t, assemble(t, "", &Payments{}), "secret stripe_key", filepath.Join(dir, "stripe_key"), "directory")
}

func TestHugeFileIsNoSecret(t *testing.T) {
	write(t, folder(t), "stripe_key", strings.Repeat("x", 1<<20+1))
	wantMistake(t, assemble(t, "", &Payments{}), "has more than 1048576 bytes")
}

// Careless names its secrets wrongly, in several ways.
type Careless struct {
	Path     secret.Text `secret:"../etc/shadow"`
	Nameless secret.Text
	Odd      secret.Text  `secret:"a" optional:"true"`
	Pointer  *secret.Text `secret:"b"`

	_ rpc.Method `method:"Nothing"`
}

// Nothing does nothing.
func (*Careless) Nothing() {}

func TestMistakesInTagsAreReportedAtOnce(t *testing.T) {
	folder(t)
	wantMistake(t, assemble(t, "", &Careless{}), `have "../etc/shadow", want 1 to 64 letters`, `tag key "secret" is missing`,
		`unknown tag key "optional"`, "have a field of type *secret.Text, want secret.Text")
}

// Signer and Verifier need the same key, which nobody else has to know.
type Signer struct {
	Key secret.Text `secret:"signing_key" generate:"true"`

	_ rpc.Method `method:"Give"`
}

// Give returns the key.
func (s *Signer) Give() secret.Text { return s.Key }

// Verifier is another service with that key.
type Verifier struct {
	Key secret.Text `secret:"signing_key" generate:"true"`

	_ rpc.Method `method:"Give"`
}

// Give returns the key.
func (v *Verifier) Give() secret.Text { return v.Key }

func TestDrawnSecretIsTheSameInTheProcessAndWarnedOf(t *testing.T) {
	folder(t)
	draw := func() (string, string) {
		w := svctest.New(t, &Signer{}, &Verifier{})
		defer w.Stop()
		var keys []string
		for _, name := range []string{"signer", "verifier"} {
			out, err := w.Hook(t.Context(), name, "Give")
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, out.(secret.Text).Reveal())
		}
		if keys[0] != keys[1] || len(keys[0]) < 20 {
			t.Errorf("have %q, want one long key for both", keys)
		}
		return keys[0], w.Log()
	}
	first, log := draw()
	if again, _ := draw(); first == again {
		t.Errorf("have %q twice, want another in the next process", first)
	}
	if !strings.Contains(log, "level=WARN") || !strings.Contains(log, "name=signing_key") || strings.Contains(log, first) {
		t.Errorf("have the log\n%s\nwant a warning without the key", log)
	}
}

func TestFoundSecretIsNotDrawn(t *testing.T) {
	write(t, folder(t), "signing_key", canary)
	w := svctest.New(t, &Signer{})
	out, err := w.Hook(t.Context(), "signer", "Give")
	if err != nil || out.(secret.Text).Reveal() != canary {
		t.Errorf("have %v, want what was found", err)
	}
	if strings.Contains(w.Log(), "level=WARN") {
		t.Errorf("have a warning:\n%s", w.Log())
	}
	wantHidden(t, "the log", w.Log())
}

func TestSecretOfOneServiceMayDiffer(t *testing.T) {
	folder(t)
	w := svctest.New(t, &Signer{}, &Verifier{},
		svctest.Config("secrets: {signing_key: all}\nservices: {verifier: {secrets: {signing_key: own}}}"))
	for name, want := range map[string]string{"signer": "all", "verifier": "own"} {
		if out, err := w.Hook(t.Context(), name, "Give"); err != nil || out.(secret.Text).Reveal() != want {
			t.Errorf("%s has another key than %q, %v", name, want, err)
		}
	}
}

func TestMethodThatReturnsItsKeyRevealsNothing(t *testing.T) {
	folder(t)
	w := svctest.New(t, &Payments{Key: secret.New(canary)})
	if have := svctest.Call[string](w, "payments.leak"); have != secret.Redacted {
		t.Errorf("have %q, want %q", have, secret.Redacted)
	}
	wantHidden(t, "the log", w.Log())
}

func TestEffectiveConfigurationHidesSecrets(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load(config.Text("test", "secrets: {stripe_key: "+canary+"}"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := cfg.YAML()
	if err != nil {
		t.Fatal(err)
	}
	wantHidden(t, "svc config", string(text))
}
