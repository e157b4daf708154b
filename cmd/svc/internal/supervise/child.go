package supervise

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/enoki-go/enoki/internal/handover"
)

// A child is a process that was started.
type child struct {
	Process

	cmd     *exec.Cmd
	line    *handover.Line // nil in a group whose processes are not replaced
	out     []io.Closer
	born    time.Time
	told    int         // signals it got
	started bool        // it has said so
	retired bool        // it was asked to stop because another took its place
	patient *time.Timer // until it is killed for that

	code int // once it has ended
	end  string
}

// A fork is the wish to start a child.
type fork struct {
	c    *child
	done chan<- error
}

// forker starts every child from one goroutine that keeps its thread until the
// last has ended: the kernel sends the parent-death signal when the *thread*
// that forked ends, and Go ends threads as it likes.
func (r *running) forker() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var living sync.WaitGroup
	for f := range r.forks {
		err := f.c.cmd.Start()
		if err == nil {
			living.Go(func() { r.await(f.c) })
		}
		f.done <- err
	}
	living.Wait()
}

// await reports the end of a child as it happens.
func (r *running) await(c *child) {
	err := c.cmd.Wait()
	for _, o := range c.out {
		_ = o.Close() // the child is gone; there is nobody to tell
	}
	c.code, c.end = exitCode(c.cmd.ProcessState), "exit status 0"
	if err != nil {
		c.end = err.Error()
	}
	r.exits <- c
}

// start starts a process and returns it as a child.
func (r *running) start(p Process) (*child, error) {
	cmd := exec.Command(p.Path, p.Args...) //nolint:noctx // a context could only kill; signals end a child
	cmd.Env = p.Env
	// A grandchild that keeps the pipes must not keep svc.
	cmd.WaitDelay = time.Second
	ownGroup(cmd)
	c := &child{Process: p, cmd: cmd, born: time.Now()}
	stdout, stderr := r.Output(p.Label)
	cmd.Stdout, cmd.Stderr, c.out = stdout, stderr, []io.Closer{stdout, stderr}
	if err := r.fork(c); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Path, err)
	}
	r.children = append(r.children, c)
	return c, nil
}

func (r *running) fork(c *child) (err error) {
	if r.Reload != nil {
		if c.line, err = handover.Attach(c.cmd); err != nil {
			return err
		}
		defer c.line.Begun()
	}
	done := make(chan error)
	r.forks <- fork{c, done}
	if err = <-done; err == nil && c.line != nil {
		go r.hear(c) // ends with the child, or with Run
	} else if c.line != nil {
		c.line.Close()
	}
	return err
}

// forget drops a child that has ended.
func (r *running) forget(c *child) {
	r.children = slices.DeleteFunc(r.children, func(other *child) bool { return other == c })
	if c.patient != nil {
		c.patient.Stop()
	}
	if c.line != nil {
		c.line.Close()
	}
	r.leave(c)
	r.discard(c.Path)
}

// discard gives up a binary that nobody needs.
func (r *running) discard(path string) {
	if r.Reload == nil || slices.ContainsFunc(r.children, func(c *child) bool { return c.Path == path }) {
		return
	}
	for _, p := range r.wanted {
		if p.Path == path {
			return
		}
	}
	r.Reload.Unused(path)
}

// tell sends a signal.
func (c *child) tell(sig os.Signal) {
	c.told++
	// It may have ended this instant; its exit is on the way.
	_ = c.cmd.Process.Signal(sig)
}
