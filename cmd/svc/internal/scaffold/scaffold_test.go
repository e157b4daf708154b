package scaffold_test

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/enoki-go/enoki/cmd/svc/internal/scaffold"
)

const enoki = "../../../.." // the checkout

func TestNewModuleHasTheGoVersionOfEnoki(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	abs, err := filepath.Abs(enoki)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scaffold.Create(t.Context(), scaffold.Request{Dir: dir, Enoki: abs}); err != nil {
		t.Fatal(err)
	}
	have, want := parse(t, filepath.Join(dir, "go.mod")), parse(t, filepath.Join(enoki, "go.mod"))
	if have.Go.Version != want.Go.Version {
		t.Errorf("have go %s, want go %s", have.Go.Version, want.Go.Version)
	}
	if len(have.Replace) != 1 || have.Replace[0].New.Path != abs {
		t.Errorf("have %v, want the checkout %s in place of Enoki", have.Replace, abs)
	}
}

// A release that nobody has made cannot be loaded, which is told after the files are
// written: they are right.
func TestNewModuleOfAReleaseRequiresItsVersion(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	dir := filepath.Join(t.TempDir(), "demo")
	_, err := scaffold.Create(t.Context(), scaffold.Request{Dir: dir, Version: "v1.98.7"})
	if err == nil || !strings.Contains(err.Error(), "the files are written") || !strings.Contains(err.Error(), "go mod tidy") {
		t.Errorf("have %v, want an error that says what is left to do", err)
	}
	f := parse(t, filepath.Join(dir, "go.mod"))
	if len(f.Require) != 1 || f.Require[0].Mod.String() != "github.com/enoki-go/enoki@v1.98.7" || len(f.Replace) != 0 {
		t.Errorf("have %v and %v, want v1.98.7 of Enoki", f.Require, f.Replace)
	}
}

func parse(t *testing.T, path string) *modfile.File {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := modfile.Parse(path, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestOnlyAReleaseHasAVersion(t *testing.T) {
	t.Parallel()
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}}
	for _, tt := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"go install of a version", &debug.BuildInfo{Main: debug.Module{Path: "github.com/enoki-go/enoki", Version: "v1.2.3"}}, "v1.2.3"},
		{"go build", &debug.BuildInfo{Main: debug.Module{Path: "github.com/enoki-go/enoki", Version: "(devel)"}}, ""},
		{"go build in a repository", &debug.BuildInfo{Main: debug.Module{Path: "github.com/enoki-go/enoki", Version: "v0.0.0-20260101000000-abcdefabcdef+dirty"}, Settings: vcs}, ""},
		{"go build at a tag", &debug.BuildInfo{Main: debug.Module{Path: "github.com/enoki-go/enoki", Version: "v1.2.3"}, Settings: vcs}, ""},
		{"a fork", &debug.BuildInfo{Main: debug.Module{Path: "example.com/fork", Version: "v1.2.3"}}, ""},
		{"nothing known", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if have := scaffold.Released(tt.info); have != tt.want {
				t.Errorf("have %q, want %q", have, tt.want)
			}
		})
	}
}

// Each service is written into a module that is there, so nothing is built.
func TestNamesFollowFromTheFolder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ folder, name, service, file, refused string }{
		{folder: "demo", service: "demo", file: "demo.go"},
		{folder: "my-shop", service: "my-shop", file: "myshop.go"},
		{folder: "My_Shop2", service: "My_Shop2", file: "myshop2.go"},
		{folder: "settings", service: "settings", file: "settings.go"},
		{folder: "x", name: "billing", service: "billing", file: "billing.go"},
		{folder: "2fast", refused: "--name fast"},
		{folder: "größe", refused: "--name gr-e"},
		{folder: "123", refused: "choose another with --name"},
		{folder: "a..b", refused: "--name a-b"},
		{folder: "type", refused: "--name type-service"},
		{folder: "rpc", refused: "--name rpc-service"},
		{folder: "shop_test", refused: "--name shop_test-service"},
		{folder: "x", name: "a.b", refused: "--name: have a.b"},
		{folder: strings.Repeat("a", 65), refused: "1 to 64 letters"},
	} {
		t.Run(tt.folder+tt.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/m\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(root, tt.folder)
			have, err := scaffold.Create(t.Context(), scaffold.Request{Dir: dir, Name: tt.name})
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("have %v, want an error with %q", err, tt.refused)
				}
				if _, err := os.Stat(dir); err == nil {
					t.Error("the folder was made")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(dir, tt.file)); err != nil || have.Service != tt.service {
				t.Errorf("have service %q, %v, want %q in %s", have.Service, err, tt.service, tt.file)
			}
		})
	}
}

func TestFolderThatIsAFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "demo")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{path, filepath.Join(path, "below")} {
		if _, err := scaffold.Create(t.Context(), scaffold.Request{Dir: dir, Version: "v1.0.0"}); err == nil || !strings.Contains(err.Error(), "is a file") {
			t.Errorf("%s: have %v, want it to say that there is a file", dir, err)
		}
	}
}

func TestFreshRepositoryIsEmpty(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "demo")
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/m\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := scaffold.Create(t.Context(), scaffold.Request{Dir: dir}); err != nil {
		t.Errorf("have %v, want a service beside .git", err)
	}
}
