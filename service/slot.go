package service

import (
	"slices"

	"github.com/enoki-go/enoki/entrypoint"
)

// slot is a reservation, and once it is granted the worker that is kept for it:
// a place in its gate, without a goroutine.
type slot struct {
	host    *host
	gate    gate
	granted func(entrypoint.Slot)
	state   slotState // guarded by the lock of the pool
}

type slotState int

const (
	slotWished  slotState = iota // in pool.wishes
	slotDropped                  // withdrawn, or the pool closed before it was granted
	slotHeld                     // in pool.held
	slotSpent                    // used, given back or taken back
)

var _ entrypoint.Slot = (*slot)(nil)

func (h *host) Reserve(granted func(entrypoint.Slot)) (withdraw func() bool) {
	s := &slot{host: h, gate: h.gate(h.kind), granted: granted}
	h.pool.reserve(s)
	return func() bool { return h.pool.unwish(s) }
}

func (s *slot) Run(c *entrypoint.Call, done entrypoint.Done) bool {
	j := s.host.job(c, done)
	j.gate = s.gate
	return s.host.pool.redeem(s, j)
}

func (s *slot) Release() { s.host.pool.giveBack(s) }

// tell hands the slot over, on a goroutine of its own.
func (s *slot) tell() {
	if err := guarded(func() error { s.granted(s); return nil }); err != nil {
		s.host.logger.Error("the entrypoint panicked when it was given the worker that it reserved", "error", err)
		s.Release()
	}
}

// reserve grants s now or puts it in line.
func (p *pool) reserve(s *slot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		s.state = slotDropped
		return
	}
	p.wishes = append(p.wishes, s)
	p.grant()
}

// grant gives workers that are free to reservations, in order. It leaves them to
// calls in line that could have one: they are about to be taken. The caller holds
// mu.
func (p *pool) grant() {
	if len(p.wishes) == 0 || slices.ContainsFunc(p.waiting, func(j *job) bool { return j.gate.open() }) {
		return
	}
	for i := 0; i < len(p.wishes); {
		s := p.wishes[i]
		if !s.gate.service().open() {
			return // the others share this limit
		}
		if !s.gate.open() {
			i++
			continue
		}
		p.wishes = slices.Delete(p.wishes, i, i+1)
		p.hold(s)
	}
}

// hold keeps a worker for s and says so. The caller holds mu.
func (p *pool) hold(s *slot) {
	s.state = slotHeld
	s.gate.enter()
	p.held = append(p.held, s)
	p.refusals.Go(s.tell) // awaited by drain
}

// unwish takes a reservation back; false means that it was granted.
func (p *pool) unwish(s *slot) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.state == slotWished {
		s.state = slotDropped
		i := slices.Index(p.wishes, s)
		p.wishes = slices.Delete(p.wishes, i, i+1)
	}
	return s.state == slotDropped
}

// redeem starts j on the worker that is kept for s; false means that none is any
// more.
func (p *pool) redeem(s *slot, j *job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.spend(s) {
		return false
	}
	p.enter(j)
	p.assign(j)
	return true
}

// giveBack makes the worker that is kept for s available to others.
func (p *pool) giveBack(s *slot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spend(s) {
		p.settle()
	}
}

// spend frees the place that s has, if it still has one. The caller holds mu.
func (p *pool) spend(s *slot) bool {
	if s.state != slotHeld {
		return false
	}
	s.state = slotSpent
	s.gate.leave()
	i := slices.Index(p.held, s)
	p.held = slices.Delete(p.held, i, i+1)
	return true
}

// takeBack drops all reservations and gives the workers kept for them to calls
// that wait. The caller holds mu.
func (p *pool) takeBack() {
	for _, s := range p.wishes {
		s.state = slotDropped
	}
	p.wishes = nil
	for len(p.held) > 0 {
		p.spend(p.held[0])
	}
	p.settle()
}
