package main

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/proc"
	"github.com/enoki-go/enoki/test/chaos/proxy"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// readyLimit is how long a process may take until it can do its work.
const readyLimit = 30 * time.Second

// seat is a place for a process: when one has died the next takes it.
type seat struct {
	name  string
	world *world
	setup func(name string) role.Setup
	link  *proxy.Proxy // to the broker; nil where its process is connected directly

	mu    sync.Mutex // guards what follows
	next  int        // number of the next process
	child *proc.Child
	up    bool // ready, and not hit
}

// start starts a process and waits until it is ready.
func (s *seat) start(ctx context.Context) error {
	c, err := s.launch()
	if err != nil {
		return err
	}
	return s.awaitReady(ctx, c)
}

// launch starts a process.
func (s *seat) launch() (*proc.Child, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := fmt.Sprintf("%s.%d", s.name, s.next)
	s.next++
	spec, err := s.setup(name).Spec()
	if err != nil {
		return nil, err
	}
	if s.child, err = s.world.family.Start(spec); err != nil {
		return nil, err
	}
	c := s.child
	s.world.note(history.Fact{Kind: history.Started, Process: c.Name})
	s.world.watching.Go(func() {
		code, at := c.Exit()
		s.world.note(history.Fact{Time: at.UnixNano(), Kind: history.Exited, Process: c.Name, Code: code})
	})
	return c, nil
}

func (s *seat) awaitReady(ctx context.Context, c *proc.Child) error {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	if _, err := c.Line(ctx); err != nil {
		return err
	}
	s.world.note(history.Fact{Kind: history.Ready, Process: c.Name})
	s.setUp(true)
	return nil
}

func (s *seat) setUp(up bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.up = up
}

func (s *seat) isUp() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.up
}

// current returns the process in the seat.
func (s *seat) current() *proc.Child {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.child
}

// strike writes a fault down and sends its signal.
func (s *seat) strike(kind plan.Kind, signal syscall.Signal) *proc.Child {
	c := s.current()
	s.world.note(history.Fact{Kind: history.Struck, Process: c.Name, Fault: string(kind)})
	c.Signal(signal)
	return c
}

// betweenSignals lets the first of two signals arrive: two that wait are one.
const betweenSignals = 100 * time.Millisecond

// endLimit is how long a process that was told to end may take before it is
// killed, beyond the drain time. What it promises is judged later.
const endLimit = 10 * time.Second

// end ends the process as a kind of fault does and waits for it.
func (s *seat) end(ctx context.Context, kind plan.Kind) error {
	c := s.current()
	switch kind {
	case plan.Double:
		c.Signal(syscall.SIGINT)
		if err := sleep(ctx, betweenSignals); err != nil {
			return err
		}
		s.strike(kind, syscall.SIGINT)
	case plan.Term:
		s.strike(kind, syscall.SIGTERM)
	case plan.Lame:
		s.strike(kind, syscall.SIGUSR2)
	default:
		s.strike(kind, syscall.SIGKILL)
	}
	limited, cancel := context.WithTimeout(ctx, s.world.options.drain+endLimit)
	defer cancel()
	if err := c.Await(limited); err != nil {
		c.Signal(syscall.SIGKILL) // its exit code tells
		return c.Await(ctx)
	}
	return nil
}

// restart ends the process and starts the next one.
func (s *seat) restart(ctx context.Context, f plan.Fault) error {
	if err := s.end(ctx, f.Kind); err != nil {
		return err
	}
	if err := sleep(ctx, f.For); err != nil {
		return err
	}
	return s.start(ctx)
}

// orphanLimit is how long a call may take to be submitted.
const orphanLimit = 30 * time.Second

// orphan kills a process as soon as one more durable call of it was taken, and
// starts the next one.
func (s *seat) orphan(ctx context.Context, f plan.Fault) error {
	c := s.current()
	if err := c.Say(role.Last); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, orphanLimit)
	defer cancel()
	if _, err := c.Line(limited); err != nil {
		return err
	}
	if err := s.restart(ctx, f); err != nil {
		return err
	}
	return s.current().Say(role.Go)
}

// freeze stops the process for a while.
func (s *seat) freeze(ctx context.Context, f plan.Fault) error {
	c := s.strike(f.Kind, syscall.SIGSTOP)
	err := sleep(ctx, f.For)
	c.Signal(syscall.SIGCONT)
	s.world.note(history.Fact{Kind: history.Resumed, Process: c.Name})
	s.setUp(true)
	return err
}

// sleep waits, or returns why it did not.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
