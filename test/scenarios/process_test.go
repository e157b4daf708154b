//go:build linux

package scenarios_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait for another process.
const patience = 30 * time.Second

// A process is one that a test has started. It ends with the test at the latest.
type process struct {
	t     *testing.T
	name  string
	cmd   *exec.Cmd
	out   *output       // what it says, on both channels
	ended chan struct{} // closed once it has been waited for
}

// start starts svc with arguments and additional environment.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: "svc " + strings.Join(args, " "), out: newOutput(), ended: make(chan struct{})}
	p.cmd = exec.Command(bench.svc, args...)
	p.cmd.Env = slices.Concat(bench.env, env)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.launch()
	return p
}

// launch starts what is prepared, and promises to end it.
func (p *process) launch() {
	p.t.Helper()
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	p.cmd.WaitDelay = time.Second // for what it has started and that keeps its pipes
	s := spawning{p.cmd, make(chan error)}
	spawns <- s
	if err := <-s.outcome; err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
	go func() { // ends with the process, for which the cleanup waits
		defer close(p.ended)
		_ = p.cmd.Wait()
	}()
	p.t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.ended
		if p.t.Failed() {
			text, _ := p.out.read()
			p.t.Logf("%s (process %d) said:\n%s", p.name, p.cmd.Process.Pid, tail(text))
		}
	})
}

// signal sends a signal and returns the time just before.
func (p *process) signal(sig syscall.Signal) time.Time {
	now := time.Now()
	_ = p.cmd.Process.Signal(sig) // to a process that has ended, none
	return now
}

// await returns the last of count matches of pattern in what the process says,
// with its groups, as soon as it has said it.
func (p *process) await(pattern string, count int) []string {
	p.t.Helper()
	re, limit := regexp.MustCompile("(?m)"+pattern), time.NewTimer(patience)
	defer limit.Stop()
	for over := false; ; {
		text, more := p.out.read()
		if all := re.FindAllStringSubmatch(text, -1); len(all) >= count {
			return all[count-1]
		}
		if over {
			p.t.Fatalf("%s said\n%s\nwant %d times %q", p.name, text, count, pattern)
		}
		select {
		case <-more:
		case <-p.ended:
			over = true
		case <-limit.C:
			over = true
		}
	}
}

// exits waits for the end of the process and checks its exit code. It returns the
// time of the end.
func (p *process) exits(code int) time.Time {
	p.t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-p.ended:
	case <-limit.C:
		p.t.Fatalf("%s has not ended after %v", p.name, patience)
	}
	now := time.Now()
	if have := p.cmd.ProcessState.ExitCode(); have != code {
		p.t.Errorf("%s: have exit code %d, want %d", p.name, have, code)
	}
	return now
}

// pid returns the id of the process that svc run has started to do the work.
func (p *process) pid() int {
	p.t.Helper()
	var pid int
	if _, err := fmt.Sscan(p.await(`slow is process (\d+)`, 1)[1], &pid); err != nil {
		p.t.Fatal(err)
	}
	return pid
}

// output is what a process has said so far.
type output struct {
	mu   sync.Mutex // guards both
	text bytes.Buffer
	more chan struct{} // closed by the next Write
}

func newOutput() *output { return &output{more: make(chan struct{})} }

// Write is called by whoever copies the pipes of a process.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.more)
	o.more = make(chan struct{})
	return o.text.Write(b)
}

// tail returns the last few screens of a text.
func tail(text string) string {
	const most = 6000
	if len(text) <= most {
		return text
	}
	_, rest, _ := strings.Cut(text[len(text)-most:], "\n")
	return "…\n" + rest
}

// read returns the text, and a channel that is closed when there is more.
func (o *output) read() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.more
}
