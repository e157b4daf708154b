package supervise

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/enoki-go/enoki/internal/handover"
)

// A turn is the change from one generation to the next.
type turn struct {
	steps   []Process // that have not been taken
	begun   *child    // of the step that is under way; nil while the one before it ends
	leaving *child    // has to end before its successor can start
	limit   *time.Timer
	failed  map[string]bool // programs of which an instance could not start
	changed int             // places that are taken by a new process
}

// starts reports whether a child is the one that is starting.
func (t *turn) starts(c *child) bool { return t != nil && t.begun == c }

// late delivers when the child that is starting takes too long.
func (t *turn) late() <-chan time.Time {
	if t == nil || t.limit == nil {
		return nil
	}
	return t.limit.C
}

// change begins the turn to another generation. One that is under way ends: what has not
// started yet is not wanted any more.
func (r *running) change(next []Process) {
	if r.turn != nil && r.turn.begun != nil {
		r.retire(r.turn.begun)
	}
	before := r.wanted
	r.wanted = make(map[string]Process, len(next))
	r.turn = &turn{failed: make(map[string]bool)}
	for _, p := range next {
		r.wanted[p.key()] = p
		if c := r.at(p.key()); c == nil || p.Version == "" || c.Version != p.Version {
			r.turn.steps = append(r.turn.steps, p)
		}
	}
	r.prune(before)
	r.advance()
}

// prune gives up the binaries that only the generation before would have run.
func (r *running) prune(before map[string]Process) {
	for _, path := range slices.Sorted(maps.Keys(paths(before))) {
		r.discard(path)
	}
}

func paths(of map[string]Process) map[string]bool {
	all := make(map[string]bool, len(of))
	for _, p := range of {
		all[p.Path] = true
	}
	return all
}

// at returns the child that has a place, nil where there is none.
func (r *running) at(key string) *child {
	for _, c := range r.children {
		if c.key() == key && !c.retired && !r.turn.starts(c) {
			return c
		}
	}
	return nil
}

// advance takes the next step, or ends the turn.
func (r *running) advance() {
	t := r.turn
	t.stop()
	for len(t.steps) > 0 {
		p := t.steps[0]
		if t.failed[p.program()] {
			t.steps = t.steps[1:]
			continue
		}
		if old := r.at(p.key()); old != nil && !handover.Overlap {
			t.leaving = old
			r.retire(old)
			return
		}
		t.steps = t.steps[1:]
		if r.begin(p) {
			return
		}
	}
	r.finish()
}

func (t *turn) stop() {
	t.begun, t.leaving = nil, nil
	if t.limit != nil {
		t.limit.Stop()
		t.limit = nil
	}
}

// begin starts a new process, and reports whether there is something to wait for. A
// successor of one that never said that it has started is not expected to.
func (r *running) begin(p Process) bool {
	c, err := r.start(p)
	if err != nil {
		r.fail(p, err.Error())
		return false
	}
	old := r.at(p.key())
	if old == c {
		old = nil
	}
	if !handover.Overlap || old != nil && !old.started && time.Since(old.born) > r.Reload.Start {
		r.takes(old)
		return false
	}
	r.turn.begun, r.turn.limit = c, time.NewTimer(r.Reload.Start)
	return true
}

// takes gives a place to a new process.
func (r *running) takes(old *child) {
	r.turn.changed++
	if old != nil {
		r.retire(old)
	}
}

// arrived takes note that a child can be reached: the one that it replaces can go.
func (r *running) arrived(c *child) {
	c.started = true
	if r.signals > 0 {
		r.shut()
	}
	if !r.turn.starts(c) {
		return
	}
	r.takes(r.at(c.key()))
	r.advance()
}

// left goes on with the turn once a child has left that had to.
func (r *running) left(c *child) {
	if c.code != 0 && handover.Overlap {
		r.Note("the previous version of " + c.name() + " ended: " + c.end)
	}
	if r.turn != nil && r.turn.leaving == c {
		r.advance()
	}
}

// stillborn keeps what runs where a new process has ended before it had started.
func (r *running) stillborn(c *child) {
	r.fail(c.Process, c.end)
	r.advance()
}

// giveUp does so where it takes too long.
func (r *running) giveUp() {
	c := r.turn.begun
	if old := r.at(c.key()); old == nil || !old.started { // it may be a program that never says so
		r.takes(old)
		r.advance()
		return
	}
	r.fail(c.Process, fmt.Sprintf("it has not started after %s", r.Reload.Start))
	r.retire(c)
	r.advance()
}

func (r *running) fail(p Process, why string) {
	r.turn.failed[p.program()] = true
	fate := "it starts again with the next change"
	if r.at(p.key()) != nil {
		fate = "keeping the previous version"
	}
	r.Note(fmt.Sprintf("the new version of %s did not start (%s); %s", p.name(), why, fate))
}

// finish ends the turn: what is not wanted any more goes.
func (r *running) finish() {
	changed, failed := r.turn.changed, len(r.turn.failed) > 0
	r.turn = nil
	for _, c := range slices.Clone(r.children) {
		if _, still := r.wanted[c.key()]; !still && !c.retired {
			changed++
			r.retire(c)
		}
	}
	switch {
	case changed > 0:
		r.Note("running the new version")
	case !failed:
		r.Note("nothing that runs has changed")
	}
}

// retire asks a child to stop because it is not needed any more.
func (r *running) retire(c *child) {
	c.retired = true
	c.tell(terminate)
	c.patient = time.AfterFunc(r.Reload.Drain, func() {
		select {
		case r.overdue <- c:
		case <-r.done:
		}
	})
}

// expire kills a child that was retired and has not left.
func (r *running) expire(c *child) {
	if slices.Contains(r.children, c) {
		r.Note(fmt.Sprintf("the previous version of %s has not left %s after it was asked to: it is killed", c.name(), r.Reload.Drain))
		kill(c.cmd.Process)
	}
}
