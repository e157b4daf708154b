package artefact_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/enoki-go/enoki/cmd/svc/internal/artefact"
	"github.com/enoki-go/enoki/service"
)

// hostile is a text that means something in each of the files.
const hostile = "a\"b'c\nRUN id\n---\n${HOME} $(id) `id` # {{.}} *\\"

// secrets is a configuration that holds passwords in every way.
const secrets = `
DB_URIS: {shop: "postgresql://${DB_USER:app}:hunter2@${DB_HOST:127.0.0.1}/${DB_NAME:shop}"}
REDIS_URIS: {cache: "redis://:${REDIS_PASSWORD:hunter2}@${REDIS_HOST:127.0.0.1}/0"}
mail: {url: "smtp://ann:hunter2@${MAIL_HOST:localhost}", password: hunter2, token: "${MAIL_KEY:hunter2}", from: "${FROM:hunter2}"}
api: {keys: {password: "${WORD}"}}
`

// application has all that can be in files.
func application(t *testing.T, version, config string) *artefact.Application {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := artefact.ReadConfig([]string{file}, []string{"config.yml"})
	if err != nil {
		t.Fatal(err)
	}
	var programs []artefact.Program
	for _, name := range []string{"carts", "orders"} {
		programs = append(programs, artefact.Program{
			Name: name, Port: 8000, Source: "package main\n",
			Manifest: service.Manifest{Services: []service.Declared{{
				Name: name, Version: version,
				Entrypoints: []service.DeclaredEntrypoint{{Kind: "http"}},
				Dependencies: []service.DeclaredDependency{
					{Kind: "sql", Target: "shop"}, {Kind: "redis", Target: "cache"}, {Kind: "secret", Target: "api_key"},
				},
			}}},
		})
	}
	return &artefact.Application{Name: "shop", Programs: programs, Config: c}
}

// all are the files of an application in its module.
func all(t *testing.T, a *artefact.Application) []artefact.File {
	t.Helper()
	module := t.TempDir()
	if err := os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/shop\n\ngo 1.26.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := artefact.Place{Module: module, Folder: "deploy"}
	files, err := a.Docker(at)
	if err != nil {
		t.Fatal(err)
	}
	manifests, err := a.Kubernetes(artefact.Kubernetes{Replicas: 2, Most: 4})
	if err != nil {
		t.Fatal(err)
	}
	return append(append(files, a.Compose(at)), manifests...)
}

func TestNoFileHoldsASecret(t *testing.T) {
	for _, name := range []string{"REDIS_PASSWORD", "MAIL_KEY", "WORD", "DB_PASSWORD"} {
		t.Setenv(name, "hunter2")
	}
	a := application(t, "1.0.0", secrets)
	files := all(t, a)
	if len(files) < 9 {
		t.Fatalf("have %d files, want those of Docker, compose and Kubernetes", len(files))
	}
	var together strings.Builder
	for _, f := range files {
		if strings.Contains(f.Text, "hunter2") {
			t.Errorf("%s holds a secret:\n%s", f.Path, f.Text)
		}
		together.WriteString(f.Text)
	}
	for _, want := range []string{"${MAIL_KEY:?", "key: REDIS_PASSWORD", "key: WORD"} {
		if !strings.Contains(together.String(), want) {
			t.Errorf("no file has %q: a secret that nobody gives", want)
		}
	}
	notes := strings.Join(a.Notes(), "\n")
	if strings.Contains(notes, "hunter2") {
		t.Errorf("a note tells a secret: %s", notes)
	}
	for _, want := range []string{"config.yml:2 holds a secret itself", "config.yml:4 holds a secret itself"} {
		if !strings.Contains(notes, want) {
			t.Errorf("have the notes %s, want %q", notes, want)
		}
	}
}

func TestHostileNamesStayNames(t *testing.T) {
	t.Parallel()
	quoted, err := json.Marshal("postgresql://${DB_USER:x}:${DB_PASSWORD:}@${DB_HOST:h}/${A:yes}")
	if err != nil {
		t.Fatal(err)
	}
	a := application(t, hostile, "DB_URIS: {shop: "+string(quoted)+"}\nmail: \"${MAIL_HOST:}\"\n")
	a.Env = map[string]string{"MAIL_HOST": hostile}
	for _, f := range all(t, a) {
		switch filepath.Ext(f.Path) {
		case ".yaml", ".yml":
			wantValues(t, f)
		case "":
			for line := range strings.Lines(f.Text) {
				if strings.HasPrefix(line, "RUN id") {
					t.Errorf("%s has the line %q", f.Path, line)
				}
			}
		}
	}
}

// wantValues looks for the hostile text in the documents of a file: alone, as a value.
func wantValues(t *testing.T, f artefact.File) {
	t.Helper()
	want := hostile
	if f.Path == "compose.yml" {
		want = strings.ReplaceAll(hostile, "$", "$$") // which docker compose reads as one
	}
	d := yaml.NewDecoder(strings.NewReader(f.Text))
	found := false
	for {
		var value map[string]any
		if err := d.Decode(&value); err != nil {
			if err.Error() != "EOF" {
				t.Fatalf("%s: %v", f.Path, err)
			}
			break
		}
		found = found || holds(value, want)
	}
	if shared := f.Path == "compose.yml" || f.Path == "config.yaml"; found != shared {
		t.Errorf("%s: have the value %v, want %v:\n%s", f.Path, found, shared, f.Text)
	}
}

func holds(value any, want string) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, one := range v {
			if holds(one, want) {
				return true
			}
		}
	case []any:
		for _, one := range v {
			if holds(one, want) {
				return true
			}
		}
	}
	return value == any(want)
}

func TestPathThatADockerfileWouldReadOtherwiseIsRefused(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"a b", "a;id", "$HOME", "a\nRUN id", "a'b"} {
		a := application(t, "1.0.0", "")
		if _, err := a.Docker(artefact.Place{Module: "../../../..", Folder: folder}); err == nil || !strings.Contains(err.Error(), "would stand in commands of the Dockerfile") {
			t.Errorf("%q: have %v, want that it is refused", folder, err)
		}
	}
}

func TestProgramWithTheNameOfAServerIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nats", "redis", "config"} {
		a := application(t, "1.0.0", "")
		a.Programs[0].Name = name
		if err := a.Check(); err == nil || !strings.Contains(err.Error(), "the program "+name+" would have the name of what stands beside it") {
			t.Errorf("%s: have %v, want that it is refused", name, err)
		}
	}
}

func TestForceReplacesALinkAndNotWhatItLeadsTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"Dockerfile": "mine", "compose.yml": "nowhere"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := artefact.Write(dir, []artefact.File{{"Dockerfile", "new"}, {"compose.yml", "new"}}, true); err != nil {
		t.Fatal(err)
	}
	if have, err := os.ReadFile(mine); err != nil || string(have) != "mine" {
		t.Errorf("have %q, %v behind the link, want what was there", have, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("what the link leads to was made")
	}
}
