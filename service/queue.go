package service

import (
	"slices"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// await puts j in line, and sees to it that it is told when its time is up. The
// caller holds mu.
func (p *pool) await(j *job) {
	j.gate[0].waiting++
	p.waiting = append(p.waiting, j)
	p.wake(j.call.Deadline)
}

// wake sets the alarm, unless it goes off before. The caller holds mu.
func (p *pool) wake(at time.Time) {
	if !at.IsZero() && (p.alarmAt.IsZero() || at.Before(p.alarmAt)) {
		p.alarmAt = at
		p.alarm.Reset(time.Until(at))
	}
}

// catchUp refuses those that wait whose time is up, and gives workers to those
// that could run. It runs on the goroutine of the alarm.
func (p *pool) catchUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alarmAt = time.Time{}
	p.sweep()
	for j := p.dequeue(); j != nil; j = p.dequeue() {
		p.assign(j)
	}
	for _, j := range p.waiting {
		p.wake(j.call.Deadline)
	}
	if p.closed {
		p.finish()
	}
}

// sweep refuses those that wait whose time is up. The caller holds mu.
func (p *pool) sweep() {
	p.waiting = slices.DeleteFunc(p.waiting, func(j *job) bool {
		if !j.expired() {
			return false
		}
		j.gate[0].waiting--
		p.refuse(j, entrypoint.ErrExpired)
		return true
	})
}

// withdraw takes j out of the queue; false means that it is not there any more.
func (p *pool) withdraw(j *job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.Index(p.waiting, j)
	if i >= 0 {
		p.remove(i)
	}
	return i >= 0
}

func (p *pool) remove(i int) {
	p.waiting[i].gate[0].waiting--
	p.waiting = slices.Delete(p.waiting, i, i+1)
}

// dequeue returns the first job that waits and can run, and counts it among those
// that do. Those whose time is up are refused on the way. The caller holds mu.
func (p *pool) dequeue() *job {
	for i := 0; i < len(p.waiting); {
		j := p.waiting[i]
		switch {
		case j.expired():
			p.remove(i)
			p.refuse(j, entrypoint.ErrExpired)
		case j.gate.open():
			p.remove(i)
			p.enter(j)
			if j.turn != nil {
				close(j.turn)
			}
			return j
		default:
			i++
		}
	}
	return nil
}

func (j *job) expired() bool {
	return !j.call.Deadline.IsZero() && !time.Now().Before(j.call.Deadline)
}

// refuse tells who waits for j that it will not run: a Spawn by its error, the
// entrypoint of a queued call by its answer, which is not given under the lock.
func (p *pool) refuse(j *job, err error) {
	if j.turn != nil {
		j.refused = err
		close(j.turn)
		return
	}
	if j.answered.CompareAndSwap(false, true) {
		p.refusals.Go(func() { p.decline(j, err) }) // awaited by drain
	}
}
