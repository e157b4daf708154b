//go:build linux

package child_test

import (
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/child"
)

// generation is set for the process that TestProcessDiesWithItsTest kills.
const generation = "ENOKI_CHILD_GENERATION"

func TestLinesAreAwaitedOnBothChannels(t *testing.T) {
	p := shell(t, "echo one is 1; echo two is 2 >&2; echo three is 3; exit 3")
	want := [][]string{{"one is 1", "one", "1"}, {"two is 2", "two", "2"}}
	if diff := cmp.Diff(want, p.Await(`^(\w+) is (\d)$`, 2)); diff != "" {
		t.Errorf("have + where - was wanted:\n%s", diff)
	}
	p.Exits(3)
	if have := p.Output(); have != "one is 1\ntwo is 2\nthree is 3\n" {
		t.Errorf("have %q, want all three lines", have)
	}
}

func TestProcessThatEndsEarlyFailsTheTest(t *testing.T) {
	have, logged := failureOf(t, func(tb testing.TB) {
		tb.Helper()
		shell(tb, "echo no").Await("^yes$", 1)
		t.Error("have the test go on")
	})
	if want := "sh -c echo no has ended, and said\nno\n\nwant 1 times \"^yes$\""; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
	if !strings.HasSuffix(logged, "said:\nno\n") {
		t.Errorf("have %q logged, want what the process said", logged)
	}
}

func TestProcessThatSaysNothingFailsTheTest(t *testing.T) {
	have, _ := failureOf(t, func(tb testing.TB) {
		tb.Helper()
		child.Start(tb, exec.Command("sleep", "1000"), 50*time.Millisecond).Await("^yes$", 1)
	})
	if want := "sleep 1000 still runs after 50ms"; !strings.HasPrefix(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}

func TestExitCodeIsChecked(t *testing.T) {
	have, _ := failureOf(t, func(tb testing.TB) {
		tb.Helper()
		shell(tb, "exit 3").Exits(4)
	})
	if want := "sh -c exit 3: have exit code 3, want 4"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
}

func TestCommandThatIsMissingFailsTheTest(t *testing.T) {
	have, _ := failureOf(t, func(tb testing.TB) {
		tb.Helper()
		child.Start(tb, exec.Command("/nowhere/svc", "run"), time.Second)
	})
	if want := "start svc run: "; !strings.HasPrefix(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}

func TestStopEndsThisProcessOnly(t *testing.T) {
	a, b := shell(t, untilStopped), shell(t, untilStopped)
	a.Await("^ready$", 1)
	b.Await("^ready$", 1)
	a.Stop()
	a.Exits(7)
	a.Stop() // nothing more
	b.Signal(syscall.SIGUSR1)
	b.Await("^alive$", 1)
}

func TestProcessThatDoesNotStopIsKilled(t *testing.T) {
	have, _ := failureOf(t, func(tb testing.TB) {
		tb.Helper()
		p := child.Start(tb, exec.Command("sh", "-c", "trap '' TERM; echo deaf; exec sleep 1000"), 50*time.Millisecond)
		await.Until(tb, "it is deaf", func() bool { return p.Output() != "" })
		p.Stop()
		p.Exits(-1)
	})
	if want := "has not ended 50ms after SIGTERM"; !strings.HasSuffix(have, want) {
		t.Errorf("have %q, want %q", have, want)
	}
}

// A thread ends with a goroutine that has locked it.
func TestProcessOutlivesTheThreadThatAskedForIt(t *testing.T) {
	started := make(chan *child.Process)
	go func() {
		runtime.LockOSThread()
		started <- shell(t, untilStopped)
	}()
	p := await.Take(t, started)
	p.Await("^ready$", 1)
	p.Stop()
	p.Exits(7)
}

// The test is a process of its own, which is killed; both it and what it has started hold
// the end of a pipe.
func TestProcessDiesWithItsTest(t *testing.T) {
	if os.Getenv(generation) != "" {
		cmd := exec.Command("sh", "-c", "echo ready; exec sleep 60")
		cmd.ExtraFiles = []*os.File{os.NewFile(3, "pipe")}
		child.Start(t, cmd, time.Minute).Await("^ready$", 1)
		_, _ = os.Stdout.WriteString("started\n")
		select {}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env, cmd.ExtraFiles = append(os.Environ(), generation+"=1"), []*os.File{w}
	p := child.Start(t, cmd, 30*time.Second)
	_ = w.Close()
	p.Await("^started$", 1)
	p.Signal(syscall.SIGKILL)
	p.Exits(-1)
	_ = r.SetReadDeadline(time.Now().Add(await.Patience))
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("have %v, want the end of all who hold the pipe", err)
	}
}
