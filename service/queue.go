package service

import (
	"slices"
	"time"
)

// lineUp puts j in line, and sees to it that it is told when its time is up. The
// caller holds mu.
func (p *pool) lineUp(j *job) {
	if j.impatient() {
		j.started = time.Now()
	}
	j.gate[0].waiting++
	p.waiting = append(p.waiting, j)
	p.wakeFor(j)
}

// wakeFor sets the alarm for when the time of j is up. The caller holds mu.
func (p *pool) wakeFor(j *job) {
	p.wake(j.call.Deadline)
	p.wake(j.giveUp())
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
	p.relieve(time.Now())
	p.sweep()
	p.settle()
	for _, j := range p.waiting {
		p.wakeFor(j)
	}
	if p.closed {
		p.finish()
	}
}

// settle gives the workers that are free to calls that wait, then to
// reservations. The caller holds mu.
func (p *pool) settle() {
	for j := p.dequeue(); j != nil; j = p.dequeue() {
		p.assign(j)
	}
	p.grant()
}

// sweep refuses those that wait whose time is up. The caller holds mu.
func (p *pool) sweep() {
	now := time.Now()
	p.waiting = slices.DeleteFunc(p.waiting, func(j *job) bool {
		why := j.overdue(now)
		if why == nil {
			return false
		}
		j.gate[0].waiting--
		p.refuse(j, why)
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

// dequeue returns the first job that waits, can run, and needs a goroutine for it,
// and counts it among those that run. Those before it that have one are told that
// it is their turn, and those whose time is up are refused. The caller holds mu.
func (p *pool) dequeue() *job {
	if len(p.waiting) == 0 {
		return nil
	}
	now := time.Now()
	for i := 0; i < len(p.waiting); {
		j := p.waiting[i]
		if why := j.overdue(now); why != nil {
			p.remove(i)
			p.refuse(j, why)
			continue
		}
		if !j.gate.open() {
			i++
			continue
		}
		p.remove(i)
		p.enter(j)
		if j.turn != nil {
			close(j.turn)
		}
		switch {
		case !j.here:
			return j
		case !j.gate.service().open():
			return nil
		}
	}
	return nil
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
