//go:build linux

package web_test

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait: for a process, or for a page.
const patience = 40 * time.Second

// A process is one that a test has started. It ends with the test at the latest.
type process struct {
	t     *testing.T
	name  string
	cmd   *exec.Cmd
	out   *output       // what it says, on both channels
	ended chan struct{} // closed once it has been waited for
}

// start starts svc in the root of the checkout.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: "svc " + strings.Join(args, " "), out: newOutput(), ended: make(chan struct{})}
	p.cmd = exec.Command(bench.svc, args...)
	p.cmd.Dir, p.cmd.Env = bench.root, bench.env
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	p.cmd.WaitDelay = time.Second // for what it has started and that keeps its pipes
	s := spawning{p.cmd, make(chan error)}
	spawns <- s
	if err := <-s.outcome; err != nil {
		t.Fatalf("%s: %v", p.name, err)
	}
	go func() { // ends with the process, for which the cleanup waits
		defer close(p.ended)
		_ = p.cmd.Wait()
	}()
	t.Cleanup(p.cleanUp)
	return p
}

func (p *process) cleanUp() {
	p.stop()
	if p.t.Failed() {
		text, _ := p.out.read()
		p.t.Logf("%s (process %d) said:\n%s", p.name, p.cmd.Process.Pid, text[max(0, len(text)-6000):])
	}
}

// stop ends the process as ^C does, and then, if that is not enough, by force.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // to a process that has ended, none
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-p.ended:
	case <-limit.C:
		p.t.Errorf("%s has not ended %v after SIGTERM", p.name, patience)
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// kill ends the process as a crash does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // of a process that has ended, nothing
	<-p.ended
}

// await returns the groups of the first count matches of a pattern in what the process
// says, as soon as it has said them.
func (p *process) await(pattern string, count int) [][]string {
	p.t.Helper()
	re, limit := regexp.MustCompile("(?m)"+pattern), time.NewTimer(patience)
	defer limit.Stop()
	for over := false; ; {
		text, more := p.out.read()
		if all := re.FindAllStringSubmatch(text, count); len(all) == count {
			return all
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

// read returns the text, and a channel that is closed when there is more.
func (o *output) read() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.more
}
