//go:build linux

package web_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/child"
)

// patience bounds every wait: for a process, or for a page.
const patience = 40 * time.Second

var bench child.Bench

func TestMain(m *testing.M) {
	os.Exit(bench.Main(m, "../..", func() error { return goleak.Find() }))
}

// start starts svc in the root of the checkout. It stops with the test, as with ^C.
func start(t *testing.T, args ...string) *child.Process {
	t.Helper()
	cmd := exec.Command(bench.Svc, args...)
	cmd.Dir, cmd.Env = bench.Root, bench.Env
	p := child.Start(t, cmd, patience)
	t.Cleanup(p.Stop)
	return p
}
