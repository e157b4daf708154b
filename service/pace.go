package service

import "time"

// pace is how long the calls of one entrypoint have taken of late. The lock of
// the pool guards it.
type pace struct{ mean time.Duration }

const (
	// brisk is what a call takes at the most that is not worth a goroutine of its
	// own: waking one costs several microseconds of two processors.
	brisk = 50 * time.Microsecond
	// briskQueue is how many such calls may wait for a worker that is awake.
	briskQueue = 8
	// briskWait bounds how long they wait for it.
	briskWait = 200 * time.Microsecond
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

// leaves reports whether j is left to a worker that is awake and will be free in
// an instant, rather than to one that would have to be woken. Where the worker
// turns out to be held up, catchUp wakes others. The caller holds mu.
func (p *pool) leaves(j *job) bool {
	if p.briskRunning == 0 || !j.pace.isBrisk() || len(p.waiting) >= briskQueue || !j.gate.open() {
		return false
	}
	p.await(j)
	p.wake(time.Now().Add(briskWait))
	return true
}
