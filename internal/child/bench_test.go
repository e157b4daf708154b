//go:build linux

package child_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/child"
)

// runs is a testing.M.
type runs func() int

func (f runs) Run() int { return f() }

func noLeaks() error { return nil }

func TestMainRunsTheTestsWithTheBuiltCommand(t *testing.T) {
	root := checkout(t)
	for _, code := range []int{0, 5} {
		var b child.Bench
		have := b.Main(runs(func() int {
			if err := b.Look(); err != nil {
				t.Error(err)
			}
			cmd := exec.Command(b.Svc, "ls")
			cmd.Dir, cmd.Env = b.Root, b.Env
			p := child.Start(t, cmd, 30*time.Second)
			p.Await("^I am svc$", 1)
			p.Exits(0)
			return code
		}), root, noLeaks)
		if have != code {
			t.Errorf("have %d, want %d", have, code)
		}
		if _, err := os.Stat(b.Svc); !os.IsNotExist(err) {
			t.Errorf("have %v after the tests, want no svc", err)
		}
	}
}

func TestMainFailsIfTheTestsThatPassLeaveGoroutines(t *testing.T) {
	for _, tt := range []struct{ code, want int }{{0, 1}, {5, 5}} {
		leaks := func() error { return errors.New("found a goroutine") }
		if have := new(child.Bench).Main(runs(func() int { return tt.code }), checkout(t), leaks); have != tt.want {
			t.Errorf("have %d after %d, want %d", have, tt.code, tt.want)
		}
	}
}

func TestMainFailsWithoutTheCommand(t *testing.T) {
	have := new(child.Bench).Main(runs(func() int {
		t.Error("have the tests run")
		return 0
	}), t.TempDir(), noLeaks)
	if have != 1 {
		t.Errorf("have %d, want 1", have)
	}
}

// checkout returns a module that has a command svc.
func checkout(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	dir := filepath.Join(root, "cmd", "svc")
	for _, err := range []error{
		os.MkdirAll(dir, 0o700),
		os.WriteFile(filepath.Join(root, "go.mod"), []byte("module m\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() { println(\"I am svc\") }\n"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}
