//go:build linux

package web_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// bench is what all tests of the package share: it is set before the first and not
// changed.
var bench struct {
	root string   // of the checkout
	svc  string   // the built command
	env  []string // of every process
}

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "web-")
	if err != nil {
		return complain(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := prepare(dir); err != nil {
		return complain(err)
	}
	code := m.Run()
	close(spawns)
	<-spawned
	if code != 0 {
		return code // what failed may have left anything
	}
	if err := goleak.Find(); err != nil {
		return complain(err)
	}
	return 0
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func prepare(dir string) (err error) {
	if bench.root, err = filepath.Abs("../.."); err != nil {
		return err
	}
	if bench.env, err = environment(dir); err != nil {
		return err
	}
	bench.svc = filepath.Join(dir, "svc")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", bench.svc, "./cmd/svc")
	build.Dir, build.Env = bench.root, bench.env
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build svc: %w\n%s", err, out)
	}
	go spawn() // until spawns is closed; runAll waits for it
	return nil
}

// environment lets svc find what the go command has built before, and nothing else that
// the user has.
func environment(dir string) ([]string, error) {
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	caches := strings.Split(strings.TrimSpace(string(out)), "\n")
	return append(os.Environ(),
		"GOCACHE="+caches[0], "GOMODCACHE="+caches[1], "GOPROXY=off", "GOFLAGS=", "GOTOOLCHAIN=local",
		"XDG_CACHE_HOME="+filepath.Join(dir, "cache"), "SVC_DEV_BROKER=127.0.0.1:1", "NATS_URL=",
	), nil
}

// spawns are the processes to start, each answered on its channel.
var (
	spawns  = make(chan spawning)
	spawned = make(chan struct{})
)

type spawning struct {
	cmd     *exec.Cmd
	outcome chan error
}

// spawn starts processes from one thread that lives as long as the tests: the kernel
// sends the parent-death signal when the thread that forked ends.
func spawn() {
	defer close(spawned)
	runtime.LockOSThread()
	for s := range spawns {
		s.outcome <- s.cmd.Start()
	}
}
