//go:build linux

package child

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Process is one that a test has started. It ends with the test at the latest; what it
// said is logged if the test has failed.
type Process struct {
	tb       testing.TB
	cmd      *exec.Cmd
	patience time.Duration // bounds every wait
	out      Output        // what it says, on both channels
	ended    chan struct{} // closed once it has been waited for
}

// Start starts a command and takes both of its channels. Patience bounds every wait for
// the process.
func Start(tb testing.TB, cmd *exec.Cmd, patience time.Duration) *Process {
	tb.Helper()
	p := &Process{tb: tb, cmd: cmd, patience: patience, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.out, &p.out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	cmd.WaitDelay = time.Second // for what it has started and that keeps its pipes
	started := make(chan error)
	go p.run(started) // ends with the process, for which the cleanup waits
	if err := <-started; err != nil {
		tb.Fatalf("start %v: %v", p, err)
	}
	tb.Cleanup(p.cleanUp)
	return p
}

// run keeps the thread that forks until the process has ended: the kernel sends the
// parent-death signal when that thread ends.
func (p *Process) run(started chan<- error) {
	defer close(p.ended)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err == nil {
		_ = p.cmd.Wait()
	}
}

func (p *Process) cleanUp() {
	p.kill()
	if p.tb.Failed() {
		p.tb.Logf("%v (process %d) said:\n%s", p, p.Pid(), Tail(p.Output()))
	}
}

func (p *Process) kill() {
	p.Signal(syscall.SIGKILL)
	<-p.ended
}

// String returns the command, without its folder.
func (p *Process) String() string {
	return strings.Join(append([]string{filepath.Base(p.cmd.Path)}, p.cmd.Args[1:]...), " ")
}

// Pid returns the id of the process.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Output returns what the process has said so far.
func (p *Process) Output() string { return p.out.String() }

// Await returns the first count matches of a pattern in what the process says, with
// their groups, as soon as it has said them. In a pattern ^ and $ are the ends of a line.
// A process that ends without having said them fails the test.
func (p *Process) Await(pattern string, count int) [][]string {
	p.tb.Helper()
	re, limit := regexp.MustCompile("(?m)"+pattern), time.NewTimer(p.patience)
	defer limit.Stop()
	for over := ""; ; {
		text, more := p.out.read()
		if all := re.FindAllStringSubmatch(text, count); len(all) == count {
			return all
		}
		if over != "" {
			p.tb.Fatalf("%v %s, and said\n%s\nwant %d times %q", p, over, text, count, pattern)
		}
		select {
		case <-more:
		case <-p.ended:
			over = "has ended"
		case <-limit.C:
			over = "still runs after " + p.patience.String()
		}
	}
}

// Signal sends a signal and returns the time just before.
func (p *Process) Signal(sig syscall.Signal) time.Time {
	now := time.Now()
	_ = p.cmd.Process.Signal(sig) // to a process that has ended, none
	return now
}

// Exits waits for the end of the process and checks its exit code, -1 for the end by a
// signal. It returns the time of the end.
func (p *Process) Exits(code int) time.Time {
	p.tb.Helper()
	if !p.ends() {
		p.tb.Fatalf("%v has not ended after %v", p, p.patience)
	}
	now := time.Now()
	if have := p.cmd.ProcessState.ExitCode(); have != code {
		p.tb.Errorf("%v: have exit code %d, want %d", p, have, code)
	}
	return now
}

// Stop ends the process with SIGTERM and waits until it has ended. One that does not end
// fails the test, and is killed.
func (p *Process) Stop() {
	p.tb.Helper()
	p.Signal(syscall.SIGTERM)
	if !p.ends() {
		p.tb.Errorf("%v has not ended %v after SIGTERM", p, p.patience)
		p.kill()
	}
}

// ends waits for the end of the process, and says whether it has come.
func (p *Process) ends() bool {
	limit := time.NewTimer(p.patience)
	defer limit.Stop()
	select {
	case <-p.ended:
		return true
	case <-limit.C:
		return false
	}
}
