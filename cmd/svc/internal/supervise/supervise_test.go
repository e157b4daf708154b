//go:build unix

package supervise_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/cmd/svc/internal/console"
	"github.com/enoki-go/enoki/cmd/svc/internal/supervise"
)

// role is the environment variable that makes the test binary a child.
const role = "SUPERVISE_ROLE"

func TestMain(m *testing.M) {
	if r := os.Getenv(role); r != "" {
		os.Exit(child(r))
	}
	goleak.VerifyTestMain(m)
}

// child behaves as its role says: each prints "ready" when it is.
func child(r string) int {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	name, arg, _ := strings.Cut(r, ":")
	switch name {
	case "serve":
		return serve(arg, signals)
	case "exit":
		fmt.Println("bye")
		code, _ := strconv.Atoi(arg)
		return code
	case "when": // ends with 3 once a file is there
		path := arg
		for _, err := os.Stat(path); err != nil; _, err = os.Stat(path) {
			time.Sleep(5 * time.Millisecond)
		}
		return 3
	case "crash":
		fmt.Println("ready")
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "drain":
		fmt.Println("ready")
		fmt.Println("first", <-signals)
		return 0
	case "busy": // as service.Main while a call runs
		fmt.Println("ready")
		fmt.Println("first", <-signals)
		fmt.Println("second", <-signals)
		return 130
	case "stubborn":
		fmt.Println("ready")
		for s := range signals {
			fmt.Println("ignored", s)
		}
	case "group":
		fmt.Println("ready group", syscall.Getpgrp() == os.Getpid())
	case "lines":
		fmt.Print("ready\none\nhalf")
		fmt.Fprint(os.Stderr, "bad\n")
	}
	return 0
}

// A run is a Group that runs in the background.
type run struct {
	t       *testing.T
	signals chan os.Signal
	out     *text
	done    chan int
	notes   []string
}

// start runs a child for each role, labelled with its place if there are
// several.
func start(t *testing.T, roles ...string) *run {
	t.Helper()
	r := &run{t: t, signals: make(chan os.Signal, 8), out: newText(), done: make(chan int, 1)}
	var processes []supervise.Process
	for i, kind := range roles {
		p := supervise.Process{Path: os.Args[0], Env: append(os.Environ(), role+"="+kind)}
		if len(roles) > 1 {
			p.Label = strconv.Itoa(i + 1)
		}
		processes = append(processes, p)
	}
	g := supervise.Group{
		Processes: processes, Output: labelled(r.out), Signals: r.signals,
		Note: func(s string) { r.notes = append(r.notes, s) },
	}
	go func() { // wait receives its end
		code, err := g.Run()
		if err != nil {
			t.Error(err)
		}
		r.done <- code
	}()
	return r
}

func (r *run) wantCode(want int) {
	r.t.Helper()
	if have := <-r.done; have != want {
		r.t.Errorf("exit code: have %d, want %d; output:\n%s", have, want, r.out)
	}
}

func TestFirstSignalIsForwardedOnceAndTheChildDrains(t *testing.T) {
	t.Parallel()
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		r := start(t, "drain", "drain")
		r.out.await(t, "ready", 2)
		r.signals <- sig
		r.wantCode(0)
		r.out.await(t, "first "+sig.String(), 2)
	}
}

func TestLostTerminalIsAStop(t *testing.T) {
	t.Parallel()
	r := start(t, "drain")
	r.out.await(t, "ready", 1)
	r.signals <- syscall.SIGHUP
	r.wantCode(0)
	r.out.await(t, "first terminated", 1)
}

func TestSecondSignalIsForwardedAtOnce(t *testing.T) {
	t.Parallel()
	r := start(t, "busy")
	r.out.await(t, "ready", 1)
	r.signals <- syscall.SIGINT
	r.out.await(t, "first interrupt", 1)
	r.signals <- syscall.SIGINT
	r.wantCode(130)
	r.out.await(t, "second interrupt", 1)
}

func TestChildThatIgnoresTwoSignalsIsKilled(t *testing.T) {
	t.Parallel()
	r := start(t, "stubborn")
	r.out.await(t, "ready", 1)
	r.signals <- syscall.SIGINT
	r.out.await(t, "ignored", 1)
	begin := time.Now()
	r.signals <- syscall.SIGINT
	r.wantCode(130)
	if took := time.Since(begin); took < 1400*time.Millisecond || took > 5*time.Second {
		t.Errorf("killed after %s, want about 1.5s", took)
	}
	r.out.await(t, "ignored", 2)
}

func TestThirdSignalKillsAtOnce(t *testing.T) {
	t.Parallel()
	r := start(t, "stubborn")
	r.out.await(t, "ready", 1)
	begin := time.Now()
	for range 3 {
		r.signals <- syscall.SIGINT
	}
	r.wantCode(130)
	if took := time.Since(begin); took > 1200*time.Millisecond {
		t.Errorf("killed after %s, want at once", took)
	}
}

func TestExitCodeIsTheChilds(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]int{"exit:0": 0, "exit:1": 1, "exit:42": 42, "crash": 137} {
		r := start(t, kind)
		r.wantCode(want)
		if noted := len(r.notes) > 0; noted != (want != 0) {
			t.Errorf("%s: have notes %q, want one if it failed", kind, r.notes)
		}
	}
}

func TestFailureOfOneStopsTheOthersGracefully(t *testing.T) {
	t.Parallel()
	cue := t.TempDir() + "/cue"
	r := start(t, "drain", "when:"+cue, "drain")
	r.out.await(t, "ready", 2)
	if err := os.WriteFile(cue, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r.wantCode(3)
	r.out.await(t, "first terminated", 2)
	if have := strings.Join(r.notes, "\n"); have != "process 2 ended: exit status 3\nstopping the others" {
		t.Errorf("notes: have %q", have)
	}
}

func TestCleanEndOfOneLeavesTheOthers(t *testing.T) {
	t.Parallel()
	r := start(t, "drain", "exit:0")
	r.out.await(t, "ready", 1)
	r.out.await(t, "bye", 1)
	// Had the end of the other stopped it, the signal would be another.
	r.signals <- syscall.SIGINT
	r.wantCode(0)
	r.out.await(t, "first interrupt", 1)
}

// The terminal sends Ctrl-C to its foreground group: a child in svc's would get
// it twice.
func TestChildIsNotInOurProcessGroup(t *testing.T) {
	t.Parallel()
	r := start(t, "group")
	r.wantCode(0)
	r.out.await(t, "ready group true", 1)
}

func TestOutputIsThatOfTheLabel(t *testing.T) {
	t.Parallel()
	r := start(t, "lines", "lines")
	r.wantCode(0)
	for _, line := range []string{"[1] one\n", "[2] one\n", "[1] half\n", "[2] half\n", "[1] bad\n", "[2] bad\n"} {
		if !strings.Contains(r.out.String(), line) {
			t.Errorf("output lacks %q:\n%s", line, r.out)
		}
	}
}

// labelled writes the lines of each process behind its label.
func labelled(to io.Writer) func(string) (io.WriteCloser, io.WriteCloser) {
	c := console.New(console.Options{Format: console.Text})
	return func(label string) (io.WriteCloser, io.WriteCloser) { return c.Writer(label, to), c.Writer(label, to) }
}

func TestProcessThatCannotStartLeavesNoOther(t *testing.T) {
	t.Parallel()
	out := newText()
	g := supervise.Group{
		Processes: []supervise.Process{
			{Label: "1", Path: os.Args[0], Env: append(os.Environ(), role+"=stubborn")},
			{Label: "2", Path: "/nowhere/program"},
		},
		Output: labelled(out), Note: func(string) {},
	}
	_, err := g.Run()
	if err == nil || !strings.Contains(err.Error(), "start /nowhere/program: ") {
		t.Errorf("have error %v, want one that names /nowhere/program", err)
	}
}

// A text collects output and lets a test wait for it.
type text struct {
	mu      sync.Mutex // guards b
	b       bytes.Buffer
	written chan struct{}
}

func newText() *text { return &text{written: make(chan struct{}, 1)} }

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	select {
	case x.written <- struct{}{}:
	default:
	}
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// await returns once sub has been written n times.
func (x *text) await(t *testing.T, sub string, n int) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for strings.Count(x.String(), sub) < n {
		select {
		case <-x.written:
		case <-limit.C:
			t.Fatalf("%q was not written %d times:\n%s", sub, n, x)
		}
	}
}
