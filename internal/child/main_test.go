//go:build linux

package child_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/child"
)

func TestMain(m *testing.M) {
	if os.Getenv(generation) != "" {
		os.Exit(m.Run()) // is killed
	}
	goleak.VerifyTestMain(m)
}

// shell starts a script.
func shell(tb testing.TB, script string) *child.Process {
	tb.Helper()
	return child.Start(tb, exec.Command("sh", "-c", script), 30*time.Second)
}

// untilStopped is a script that says so when it is asked to, with SIGUSR1, and ends with
// 7 on SIGTERM.
const untilStopped = "trap 'exit 7' TERM; trap 'echo alive' USR1; echo ready; while :; do sleep 0.01; done"

// failureOf runs a test to its end, and returns how it failed, "" where it did not, and
// what it logged.
func failureOf(t *testing.T, test func(tb testing.TB)) (failure, logged string) {
	t.Helper()
	i, over := &inner{TB: t}, make(chan struct{})
	go func() { // ends with the test
		defer close(over)
		defer i.end()
		test(i)
	}()
	<-over
	return strings.Join(i.failures, "\n"), i.logged
}
