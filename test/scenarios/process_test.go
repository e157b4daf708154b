//go:build linux

package scenarios_test

import (
	"fmt"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/child"
)

// patience bounds every wait for another process.
const patience = 30 * time.Second

// A process is an svc that a test has started.
type process struct {
	*child.Process
	t *testing.T
}

// start starts svc with arguments and additional environment.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(bench.Svc, args...)
	cmd.Env = slices.Concat(bench.Env, env)
	return &process{child.Start(t, cmd, patience), t}
}

// await returns the last of count matches of pattern in what the process says,
// with its groups, as soon as it has said it.
func (p *process) await(pattern string, count int) []string {
	p.t.Helper()
	return p.Await(pattern, count)[count-1]
}

// worker returns the id of the process that svc run has started to do the work.
func (p *process) worker() int {
	p.t.Helper()
	var pid int
	if _, err := fmt.Sscan(p.await(`slow is process (\d+)`, 1)[1], &pid); err != nil {
		p.t.Fatal(err)
	}
	return pid
}
