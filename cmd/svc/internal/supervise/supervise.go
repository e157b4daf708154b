// Package supervise runs processes of the user's as one: they start together,
// get each signal once, and end together.
package supervise

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// grace is how long a child may take to leave after a second signal; its own
// promise is 1.5 s (service.Main).
const grace = 1500 * time.Millisecond

// forced is the exit code of a run that did not end by draining.
const forced = 130

// A Process is one child to run.
type Process struct {
	Label string // before each line it prints and in messages; "" for a child that runs alone
	Path  string
	Args  []string // without the program's name
	Env   []string // nil means that of svc
}

// A Group is processes that live and end together.
type Group struct {
	Processes []Process
	Stdout    io.Writer
	Stderr    io.Writer
	// Signals carries what the user sends to svc. The first is forwarded to
	// every child; the second is forwarded at once and followed by SIGKILL
	// after 1.5 s; the third kills.
	Signals <-chan os.Signal
	// Note is told what the user should know, for example which child failed.
	// It is called from Run's goroutine only.
	Note func(text string)
}

// Run starts the processes and returns once all have ended, with the exit code:
// 0 after a clean end, that of the first child that failed, or 130 when they
// had to be forced. If a child fails the others are asked to stop. The error is
// of a process that could not be started; then none is left running.
//
// No child gets the terminal's Ctrl-C (each has its own process group) nor
// outlives svc (on Linux, even if svc is killed).
func (g *Group) Run() (int, error) {
	r := &running{Group: g, exits: make(chan exit)}
	if err := r.start(); err != nil {
		return 0, err
	}
	return r.wait(), nil
}

// An exit is the end of one child.
type exit struct {
	index int
	code  int
	text  string
}

// running is the state of one Run, owned by its goroutine.
type running struct {
	*Group

	children []*child
	exits    chan exit
	alive    int
	signals  int // how many the children got
	code     int
	killed   bool
	kill     *time.Timer
}

type child struct {
	cmd   *exec.Cmd
	ended bool
	out   []*prefixer
}

// start runs every process from one goroutine that keeps its thread until the
// last child has ended: the kernel sends the parent-death signal when the
// *thread* that forked ends, and Go ends threads as it likes.
func (r *running) start() error {
	for _, p := range r.Processes {
		r.children = append(r.children, r.child(p))
	}
	started := make(chan error)
	go func() { // ends with its children; Run waits for their exits
		runtime.LockOSThread()
		n, err := r.startAll()
		started <- err
		r.awaitAll(n)
		runtime.UnlockOSThread()
	}()
	if err := <-started; err != nil {
		for range r.alive {
			<-r.exits
		}
		return err
	}
	return nil
}

func (r *running) startAll() (int, error) {
	for i, c := range r.children {
		if err := c.cmd.Start(); err != nil {
			for _, earlier := range r.children[:i] {
				kill(earlier.cmd.Process)
			}
			r.alive = i
			return i, fmt.Errorf("start %s: %w", c.cmd.Path, err)
		}
	}
	r.alive = len(r.children)
	return r.alive, nil
}

// awaitAll reports each end as it happens, and returns after the last.
func (r *running) awaitAll(n int) {
	done := make(chan struct{})
	for i, c := range r.children[:n] {
		go func() { // owned by awaitAll, which waits for it
			err := c.cmd.Wait()
			for _, p := range c.out {
				p.flush()
			}
			r.exits <- exit{index: i, code: exitCode(c.cmd.ProcessState), text: describe(err)}
			done <- struct{}{}
		}()
	}
	for range n {
		<-done
	}
}

func describe(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

func (r *running) child(p Process) *child {
	cmd := exec.Command(p.Path, p.Args...) //nolint:noctx // a context could only kill; signals end a child
	cmd.Env = p.Env
	// A grandchild that keeps the pipes must not keep svc.
	cmd.WaitDelay = time.Second
	ownGroup(cmd)
	c := &child{cmd: cmd}
	cmd.Stdout, cmd.Stderr = c.labelled(p.Label, r.Stdout), c.labelled(p.Label, r.Stderr)
	return c
}

func (c *child) labelled(label string, w io.Writer) io.Writer {
	if label == "" {
		return w
	}
	p := &prefixer{prefix: "[" + label + "] ", to: w}
	c.out = append(c.out, p)
	return p
}

// wait drives the children until the last has ended.
func (r *running) wait() int {
	r.kill = time.NewTimer(time.Hour)
	r.kill.Stop()
	for r.alive > 0 {
		select {
		case sig := <-r.Signals:
			r.forward(asSent(sig))
		case <-r.kill.C:
			r.killAll()
		case e := <-r.exits:
			r.ended(e)
		}
	}
	r.kill.Stop()
	if r.killed {
		return forced
	}
	return r.code
}

// forward hands one signal to every child that still runs.
func (r *running) forward(sig os.Signal) {
	r.signals++
	if r.signals > 2 {
		r.killAll()
		return
	}
	for _, c := range r.children {
		if !c.ended {
			// It may have ended this instant; its exit is on the way.
			_ = c.cmd.Process.Signal(sig)
		}
	}
	if r.signals == 2 {
		r.kill.Reset(grace)
	}
}

func (r *running) killAll() {
	r.killed = true
	for _, c := range r.children {
		if !c.ended {
			kill(c.cmd.Process)
		}
	}
}

func (r *running) ended(e exit) {
	r.alive--
	r.children[e.index].ended = true
	if e.code == 0 {
		return
	}
	if label := cmp.Or(r.Processes[e.index].Label, "the service"); r.signals == 0 {
		r.Note(label + " ended: " + e.text)
	}
	r.code = cmp.Or(r.code, e.code)
	if r.signals == 0 && r.alive > 0 {
		r.Note("stopping the others")
		r.forward(terminate)
	}
}
