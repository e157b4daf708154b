//go:build linux

package scenarios_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/child"
)

// A newcomer has a module of his own, in a folder far from this checkout.
type newcomer struct {
	t   *testing.T
	dir string
}

// require has the module require this checkout, as a newcomer does: with go mod tidy. That
// asks the module proxy for the tests of what the module imports, which this checkout
// does not need.
func (n newcomer) require() {
	n.t.Helper()
	proxy, err := exec.CommandContext(n.t.Context(), "go", "env", "GOPROXY").Output()
	if err != nil {
		n.t.Fatal(err)
	}
	n.run("go", "mod", "edit", "-replace", "github.com/enoki-go/enoki="+bench.Root)
	out, err := n.command([]string{"GOPROXY=" + strings.TrimSpace(string(proxy))}, "go", "mod", "tidy").CombinedOutput()
	switch {
	case err == nil:
	case os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" || !strings.Contains(string(out), "GOPROXY=off") && !strings.Contains(string(out), "dial tcp"):
		n.t.Fatalf("go mod tidy: %v\n%s", err, out)
	default:
		n.t.Skipf("needs a module proxy at %s:\n%s", proxy, out)
	}
}

// borrow has the module require this checkout, and all that this checkout requires: then
// nobody has to be asked.
func (n newcomer) borrow(path string) {
	n.t.Helper()
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(bench.Root, name))
		if err != nil {
			n.t.Fatal(err)
		}
		n.write(name, string(text))
	}
	n.run("go", "mod", "edit", "-module", path, "-require", "github.com/enoki-go/enoki@v0.0.0", "-replace", "github.com/enoki-go/enoki="+bench.Root)
}

// run runs a command that has to succeed, in the folder.
func (n newcomer) run(name string, args ...string) string {
	n.t.Helper()
	out, err := n.command(nil, name, args...).CombinedOutput()
	if err != nil {
		n.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// command is one that runs in the folder.
func (n newcomer) command(env []string, name string, args ...string) *exec.Cmd {
	n.t.Helper()
	cmd := exec.CommandContext(await.Within(n.t, 10*patience), name, args...)
	cmd.Dir, cmd.Env = n.dir, slices.Concat(bench.Env, env)
	return cmd
}

// copy copies a folder of the checkout.
func (n newcomer) copy(from, to string) {
	n.t.Helper()
	if err := os.CopyFS(filepath.Join(n.dir, to), os.DirFS(filepath.Join(bench.Root, from))); err != nil {
		n.t.Fatal(err)
	}
}

// rename changes import paths in all files.
func (n newcomer) rename(from, to string) {
	n.t.Helper()
	err := filepath.WalkDir(n.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(strings.ReplaceAll(string(text), `"`+from, `"`+to)), 0o600)
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n newcomer) write(name, text string) {
	n.t.Helper()
	path := filepath.Join(n.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		n.t.Fatal(err)
	}
}

func (n newcomer) read(name string) string {
	n.t.Helper()
	text, err := os.ReadFile(filepath.Join(n.dir, name))
	if err != nil {
		n.t.Fatal(err)
	}
	return string(text)
}

// edit replaces a part of a file.
func (n newcomer) edit(name, from, to string) {
	n.t.Helper()
	text := n.read(name)
	if strings.Count(text, from) != 1 {
		n.t.Fatalf("%s: have %q not once in\n%s", name, from, text)
	}
	n.write(name, strings.Replace(text, from, to, 1))
}

func (n newcomer) move(from, to string) {
	n.t.Helper()
	if err := os.Rename(filepath.Join(n.dir, from), filepath.Join(n.dir, to)); err != nil {
		n.t.Fatal(err)
	}
}

// wantFiles checks what is in a folder.
func (n newcomer) wantFiles(folder string, want ...string) {
	n.t.Helper()
	entries, err := os.ReadDir(filepath.Join(n.dir, folder))
	if err != nil {
		n.t.Fatal(err)
	}
	var have []string
	for _, e := range entries {
		have = append(have, e.Name())
	}
	if diff := cmp.Diff(want, have); diff != "" {
		n.t.Errorf("files in %s (-want +have):\n%s", folder, diff)
	}
}

// runIn is run in a folder of its own.
func (w *world) runIn(dir string, args ...string) *process {
	w.t.Helper()
	cmd := exec.Command(bench.Svc, append([]string{"run", "--broker", w.url}, args...)...)
	cmd.Dir, cmd.Env = dir, bench.Env
	p := &process{child.Start(w.t, cmd, 3*patience), w.t}
	p.await(`msg=started`, 1)
	return p
}

// A newcomer copies an example, and goes on from there.
func TestExampleRunsInAModuleOfItsOwn(t *testing.T) {
	t.Parallel()
	write := []string{"documents.write", "name=plan", "text=x", "--data", "user_id=bob", "--data", "roles=editor"}
	for _, tt := range []struct {
		name string   // of the example
		run  []string // what follows svc run
		call []string // what follows svc call
		want string
	}{
		{"hello", []string{"."}, []string{"greeting_service.hello", "name=world"}, `"Hello, world!"`},
		{"auth", []string{".", "--config", "config.yml", "--define", "web.port=0"}, write, "null"},
		{"users", []string{"."}, []string{"myservice.get_username", "user_id=1"}, "null"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, n := newWorld(t), newcomer{t, t.TempDir()}
			n.run("go", "mod", "init", "example.com/first")
			n.copy("examples/"+tt.name, ".")
			n.rename("github.com/enoki-go/enoki/examples/"+tt.name, "example.com/first")
			n.require()
			w.runIn(n.dir, tt.run...)
			if have := w.prints(append([]string{"call"}, tt.call...)...); have != tt.want {
				t.Errorf("have %s, want %s", have, tt.want)
			}
			n.run("go", "vet", "./...")
			n.run("go", "test", "./...")
		})
	}
}
