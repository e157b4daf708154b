package service

import (
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// pace is how long the calls of one entrypoint have taken of late. The lock of
// the pool guards it.
type pace struct{ mean time.Duration }

const (
	// brisk is what a call takes at the most that is not worth a goroutine of its
	// own: waking one costs several microseconds of two processors.
	brisk = 50 * time.Microsecond
	// briskBacklog is how much such work may wait behind a call that runs on the
	// goroutine that received it: beyond it, several workers are faster.
	briskBacklog = time.Millisecond
	// briskLimit is how long such a call may hold that goroutine up.
	briskLimit = 4 * time.Millisecond
)

// add counts a call that took so long: an eighth of the mean is new.
func (p *pace) add(took time.Duration) {
	if p.mean == 0 {
		p.mean = took
		return
	}
	p.mean += (took - p.mean) / 8
}

// isBrisk reports whether calls have been short; the first is expected not to be.
func (p *pace) isBrisk() bool { return p.mean > 0 && p.mean < brisk }

// serveHere is queue that runs j on this goroutine, where that is the quickest.
func (p *pool) serveHere(j *job, r entrypoint.Relay) error {
	p.mu.Lock()
	if p.closed || len(p.waiting) > 0 || !j.gate.open() || !j.pace.isBrisk() ||
		time.Duration(r.Backlog())*j.pace.mean > briskBacklog {
		defer p.mu.Unlock()
		return p.enqueue(j)
	}
	p.enter(j)
	j.relay = r
	p.wake(j.started.Add(briskLimit))
	p.mu.Unlock()
	p.serveInPlace(j)
	return nil
}

// relieve lets others receive in place of goroutines that a call holds up. The
// caller holds mu.
func (p *pool) relieve(now time.Time) {
	for _, j := range p.running {
		switch end := j.started.Add(briskLimit); {
		case j.relay == nil:
		case now.Before(end):
			p.wake(end)
		default:
			j.relay.Relieve()
			j.relay = nil
		}
	}
}
