package service

import (
	"context"
	"slices"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/waitgroup"
)

// unwind is how long calls have to return once their contexts have ended.
const unwind = time.Second

// drain closes the pool and waits for what runs and what waits, for as long as
// ctx lives. Then it cancels both, and after a second more answers for calls that
// do not return. It returns how many were cancelled, also before, by Kill.
func (p *pool) drain(ctx context.Context) int {
	defer p.awaitRefusals()
	p.close()
	select {
	case <-p.empty:
	case <-ctx.Done():
		p.cancel()
		p.awaitUnwinding()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cancelled
}

// awaitUnwinding waits for calls that were cancelled, and answers for those that
// do not return in time.
func (p *pool) awaitUnwinding() {
	timer := time.NewTimer(time.Until(p.endedAt.Add(unwind)))
	defer timer.Stop()
	select {
	case <-p.empty:
	case <-timer.C:
		p.abandon()
	}
}

// awaitRefusals waits until calls that will not run are answered: what the answers
// are sent with is closed next.
func (p *pool) awaitRefusals() {
	ctx, cancel := context.WithTimeout(context.Background(), answerLimit)
	defer cancel()
	_ = waitgroup.Wait(ctx, &p.refusals) // who sends none in time sends none
}

// cancel closes the pool, refuses what waits, interrupts what runs and ends its
// contexts. Again, it only waits until that is done.
func (p *pool) cancel() {
	p.cancelling.Do(func() {
		running := p.halt()
		for _, j := range running {
			p.interrupt(j)
		}
		for _, j := range running {
			j.call.Cancel()
		}
		p.endedAt = time.Now()
	})
}

// halt closes the pool, refuses what waits and returns what runs: no call starts
// after it.
func (p *pool) halt() (running []*job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.waiting {
		j.gate[0].waiting--
		p.refuse(j, entrypoint.ErrStopping)
	}
	p.waiting = nil
	p.shut()
	p.cancelled = len(p.running)
	return slices.Clone(p.running)
}

// errAbandoned answers for a call that ignored the end of its context.
var errAbandoned = fault.New(fault.Unavailable,
	"the service stopped before the method returned; the method ignored the end of its context")

// answerLimit is how long an entrypoint has to send the answers of abandoned
// calls.
const answerLimit = 100 * time.Millisecond

// abandon answers for the calls that are left, and waits until that is done: what
// the answers are sent with is closed next.
func (p *pool) abandon() {
	left := p.forestall()
	answered := make(chan struct{}, len(left))
	for _, j := range left {
		go func() { // awaited below; one that takes longer ends with the process
			defer close(j.over)
			if p.conclude(j, nil, errAbandoned, time.Since(j.started)) {
				answered <- struct{}{}
			}
		}()
	}
	limit := time.NewTimer(answerLimit)
	defer limit.Stop()
	for range left {
		select {
		case <-answered:
		case <-p.empty: // those that were just being answered
			return
		case <-limit.C:
			return
		}
	}
}

// forestall returns what runs: others answer for it, and its workers wait for them.
func (p *pool) forestall() (left []*job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.running {
		j.over = make(chan struct{})
	}
	return slices.Clone(p.running)
}
