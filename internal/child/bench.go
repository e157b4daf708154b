//go:build linux

package child

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// A Bench is what all tests of a package share that runs the built svc. Main sets it
// before the first of them, and it is not changed.
type Bench struct {
	Root string   // of the checkout
	Svc  string   // the built command
	Env  []string // of every process

	look func() error
}

// Main builds svc from the checkout at root, runs the tests and, if they pass, asks leaks
// for the goroutines that they have left. It returns the exit code of TestMain.
func (b *Bench) Main(tests interface{ Run() int }, root string, leaks func() error) int {
	dir, err := os.MkdirTemp("", "svc-")
	if err != nil {
		return complain(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := b.prepare(root, dir); err != nil {
		return complain(err)
	}
	if code := tests.Run(); code != 0 {
		return code // what failed may have left anything
	}
	if err := leaks(); err != nil {
		return complain(err)
	}
	return 0
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func (b *Bench) prepare(root, dir string) (err error) {
	if b.Root, err = filepath.Abs(root); err != nil {
		return err
	}
	if b.Env, err = environment(dir); err != nil {
		return err
	}
	b.Svc, b.look = filepath.Join(dir, "svc"), sync.OnceValue(b.walk)
	build := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-o", b.Svc, "./cmd/svc")
	build.Dir, build.Env = b.Root, b.Env
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build svc: %w\n%s", err, out)
	}
	return nil
}

// environment lets svc find what the go command has built before, and nothing else that
// the user has.
func environment(dir string) ([]string, error) {
	out, err := exec.CommandContext(context.Background(), "go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	caches := strings.Split(strings.TrimSpace(string(out)), "\n")
	return append(os.Environ(),
		"GOCACHE="+caches[0], "GOMODCACHE="+caches[1], "GOPROXY=off", "GOFLAGS=", "GOTOOLCHAIN=local",
		"XDG_CACHE_HOME="+filepath.Join(dir, "cache"), "SVC_DEV_BROKER=127.0.0.1:1", "NATS_URL=",
		"SVC_DEV_REDIS=127.0.0.1:1", "REDIS_URL=", "SVC_LOG=text",
	), nil
}

// Look reads every folder of the checkout, once: go test then knows that the outcome
// depends on them, and not only on what is linked into the test. It has to be called by
// a test, because what TestMain reads is not counted.
func (b *Bench) Look() error { return b.look() }

func (b *Bench) walk() error {
	return filepath.WalkDir(b.Root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name()[0] == '.' && path != b.Root {
			return fs.SkipDir
		}
		return nil
	})
}
