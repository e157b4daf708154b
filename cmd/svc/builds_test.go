package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// builds is the folder in which svc builds what lies in this checkout, for all tests: a
// program is linked once, and found there as long as nothing of it changes.
var builds string

// withBuilds runs tests that have the folder builds.
type withBuilds struct{ *testing.M }

// Run is that of testing.M.
func (w withBuilds) Run() int {
	var err error
	if builds, err = os.MkdirTemp("", "svc-builds-"); err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(builds) }()
	// A script waits for other processes as long as it works; -parallel still decides.
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		log.Fatal(err)
	}
	return w.M.Run()
}

// shareBuilds makes svc build into the shared folder where its cache is this one.
func shareBuilds(cache string) error {
	dir := filepath.Join(cache, "svc")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.Symlink(builds, filepath.Join(dir, "build"))
}

// checkout is `checkout`: the script works in this checkout, of which each program is
// built once for all scripts.
func checkout(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: checkout")
	}
	ts.Check(shareBuilds(ts.Getenv("XDG_CACHE_HOME")))
	ts.Check(ts.Chdir(ts.Getenv("ENOKI")))
}
