package entrypoint

import (
	"context"
	"sync"
	"time"
)

// callContext is the context of one call. Most methods return without ever
// waiting on it, so nothing is armed before Done or AfterFunc is asked for: a
// call costs no timer, no channel and no goroutine.
type callContext struct {
	call *Call

	mu     sync.Mutex // guards what follows
	err    error
	done   chan struct{}
	timer  *time.Timer
	unhook func() bool      // leaves Parent
	after  map[*func()]bool // callbacks of AfterFunc that have not run
}

var _ context.Context = (*callContext)(nil)

func (c *callContext) Deadline() (time.Time, bool) {
	own := c.call.Deadline
	if c.call.Parent != nil {
		if outer, ok := c.call.Parent.Deadline(); ok && (own.IsZero() || outer.Before(own)) {
			return outer, true
		}
	}
	return own, !own.IsZero()
}

func (c *callContext) Value(key any) any {
	switch {
	case key == (callKey{}):
		return c.call
	case key == (dataKey{}) && c.call.Data != nil:
		return c.call.Data
	case c.call.Parent == nil:
		return nil
	default:
		return c.call.Parent.Value(key)
	}
}

func (c *callContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.arm()
	return c.done
}

func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		if err := c.overdue(); err != nil {
			c.finish(err)
		}
	}
	return c.err
}

// AfterFunc runs f in its own goroutine once the context ended. Package context
// looks for it, so contexts derived from this one need no goroutine to watch it.
func (c *callContext) AfterFunc(f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.arm()
	if c.err != nil {
		go f() // owned by package context, which asked for it
		return func() bool { return false }
	}
	if c.after == nil {
		c.after = make(map[*func()]bool)
	}
	c.after[&f] = true
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		waiting := c.after[&f]
		delete(c.after, &f)
		return waiting
	}
}

// arm makes the end of the context observable. The caller holds mu.
func (c *callContext) arm() {
	if c.done != nil {
		return
	}
	c.done = make(chan struct{})
	if c.err == nil {
		c.err = c.overdue()
	}
	if c.err != nil {
		close(c.done)
		return
	}
	if !c.call.Deadline.IsZero() {
		c.timer = time.AfterFunc(time.Until(c.call.Deadline), func() { c.end(context.DeadlineExceeded) })
	}
	if parent := c.call.Parent; parent != nil {
		c.unhook = context.AfterFunc(parent, func() { c.end(parent.Err()) })
	}
}

// overdue returns why the context should have ended by now, nil where it should
// not.
func (c *callContext) overdue() error {
	if parent := c.call.Parent; parent != nil && parent.Err() != nil {
		return parent.Err()
	}
	if !c.call.Deadline.IsZero() && !time.Now().Before(c.call.Deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

func (c *callContext) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.finish(err)
	}
}

// finish ends the context. The caller holds mu.
func (c *callContext) finish(err error) {
	c.err = err
	if c.done != nil {
		close(c.done)
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	if c.unhook != nil {
		c.unhook()
	}
	for f := range c.after {
		go (*f)() // owned by package context, which asked for it
	}
	c.after = nil
}
