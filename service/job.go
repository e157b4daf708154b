package service

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// job is a call with all that its worker needs.
type job struct {
	call     *entrypoint.Call
	done     entrypoint.Done // nil where the call has a Stimulus for that
	gate     gate
	pace     *pace
	served   *dependency.Served // counts it; nil where nothing does
	relay    entrypoint.Relay   // whose goroutine runs it; nil for one of the pool's
	started  time.Time          // while it waits: when it was queued, if its patience ends
	took     time.Duration      // set by its worker at the end
	answered atomic.Bool

	at      int           // index in pool.running
	turn    chan struct{} // closed when who waits for a worker has it; nil where nobody waits
	here    bool          // who waits for that runs it
	refused error         // why there is none; set before turn is closed

	forestalled bool          // set by its worker at the end: another answers for it
	over        chan struct{} // closed when that one has answered
}

// jobs are used again: most are not needed for longer than their call takes.
var jobs = sync.Pool{New: func() any { return new(job) }}

// end tells the entrypoint the outcome.
func (j *job) end(out any, err error) {
	if j.done == nil {
		j.call.Stimulus.Done(out, err)
		return
	}
	j.done(out, err)
}

// interrupt tells the entrypoint, if it wants to know, that the call is
// interrupted.
func (j *job) interrupt() {
	switch {
	case j.call.Interrupt != nil:
		j.call.Interrupt()
	case j.call.Stimulus != nil:
		j.call.Stimulus.Interrupt()
	}
}

// overdue returns why j may no longer be started, nil while it may: of its
// deadline and its patience what ended first.
func (j *job) overdue(now time.Time) error {
	deadline, giveUp := j.call.Deadline, j.giveUp()
	switch {
	case passed(giveUp, now) && (deadline.IsZero() || giveUp.Before(deadline)) && !j.soon():
		return entrypoint.ErrBusy
	case passed(deadline, now):
		return entrypoint.ErrExpired
	default:
		return nil
	}
}

// soon reports whether the calls before j are so short that its turn is at hand,
// whatever has held them up for the moment: the machine, more often than not.
func (j *job) soon() bool { return j.pace.isBrisk() }

// impatient reports whether j may wait only for some time: of the calls that wait,
// Queue was given those without a turn.
func (j *job) impatient() bool { return j.turn == nil && j.call.Patience > 0 }

// giveUp returns when the patience of j ends, zero for never.
func (j *job) giveUp() time.Time {
	if !j.impatient() {
		return time.Time{}
	}
	return j.started.Add(j.call.Patience)
}

// passed reports whether it is t or later; never where t is zero.
func passed(t, now time.Time) bool { return !t.IsZero() && !now.Before(t) }

func (h *host) job(c *entrypoint.Call, done entrypoint.Done) *job {
	c.Service = h.spec.name
	if c.Name == "" {
		c.Name = entrypoint.WireName(c.Method.Name)
	}
	j := jobs.Get().(*job)
	j.call, j.done, j.gate, j.pace, j.served = c, done, h.gate(c.Kind), &h.pace, h.served
	return j
}
