package service

import (
	"context"
	"sync"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// pool owns the calls that run and those that wait: it is the one place that
// waits for them. Goroutines are kept between calls, and one that has served a
// call goes on with the next that waits, because waking another costs more than
// the work.
type pool struct {
	serve     func(*job)
	conclude  func(j *job, out any, err error, elapsed time.Duration) bool
	decline   func(j *job, err error)
	interrupt func(*job)

	mu      sync.Mutex // guards what follows, and the limits
	idle    []chan *job
	running []*job
	waiting []*job  // in order
	wishes  []*slot // reservations that are not granted, in order
	held    []*slot // those that are, and not yet used
	closed  bool
	empty   chan struct{} // closed when closed, and nothing runs or waits

	refusals sync.WaitGroup // answers of calls that did not run, and news of grants
	alarm    *time.Timer
	alarmAt  time.Time // zero where it is not set

	cancelling sync.Once
	cancelled  int       // calls that ran when the pool was cancelled
	endedAt    time.Time // when their contexts had ended; to be read after cancel
}

func newPool(c *container) *pool {
	p := &pool{serve: c.serve, conclude: c.conclude, decline: c.decline, interrupt: c.interrupt, empty: make(chan struct{})}
	p.alarm = time.AfterFunc(time.Hour, p.catchUp)
	p.alarm.Stop()
	return p
}

// try starts j if a worker is free.
func (p *pool) try(j *job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.admit(j)
}

// wait starts j as soon as a worker is free, for as long as ctx lives.
func (p *pool) wait(ctx context.Context, j *job) error {
	j.turn = make(chan struct{})
	p.mu.Lock()
	admitted := p.admit(j)
	if !admitted && !p.closed {
		p.lineUp(j)
	}
	closed := p.closed
	p.mu.Unlock()
	switch {
	case admitted:
		return nil
	case closed:
		return entrypoint.ErrStopping
	}
	return p.awaitTurn(ctx, j)
}

// awaitTurn waits until j, which is in line, has its worker, for as long as ctx
// lives.
func (p *pool) awaitTurn(ctx context.Context, j *job) error {
	select {
	case <-j.turn:
		return j.refused
	case <-ctx.Done():
		if p.withdraw(j) {
			return context.Cause(ctx)
		}
		<-j.turn // it was given a worker in the same instant
		return j.refused
	}
}

// queue starts j as soon as a worker is free and returns at once.
func (p *pool) queue(j *job) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.enqueue(j)
}

// enqueue is queue for who holds mu.
func (p *pool) enqueue(j *job) error {
	switch {
	case p.closed:
		return entrypoint.ErrStopping
	case p.admit(j):
		return nil
	case j.gate.crowded():
		return entrypoint.ErrBusy
	}
	p.lineUp(j)
	return nil
}

// admit gives j a goroutine if its gate is open. The caller holds mu.
func (p *pool) admit(j *job) bool {
	if p.closed || !j.gate.open() {
		return false
	}
	p.enter(j)
	p.assign(j)
	return true
}

// assign gives j a goroutine. The caller holds mu.
func (p *pool) assign(j *job) {
	if last := len(p.idle) - 1; last >= 0 {
		p.idle[last] <- j
		p.idle = p.idle[:last]
		return
	}
	go p.work(j) // owned by the pool: drain waits for it
}

// enter counts j among those that run. The caller holds mu.
func (p *pool) enter(j *job) {
	j.gate.enter()
	j.at = len(p.running)
	p.running = append(p.running, j)
	j.started = time.Now()
}

// leave undoes enter. The caller holds mu.
func (p *pool) leave(j *job) {
	j.gate.leave()
	j.pace.add(j.took)
	last := len(p.running) - 1
	p.running[j.at] = p.running[last]
	p.running[j.at].at = j.at
	p.running[last] = nil
	p.running = p.running[:last]
}

// recycle lets j be used for another call, unless somebody may still look at it:
// the Spawn that waited for its turn, or who ends what runs when the pool closes.
// The caller holds mu.
func (p *pool) recycle(j *job) {
	if j.turn == nil && !p.closed {
		*j = job{}
		jobs.Put(j)
	}
}

// work serves jobs until the pool is closed.
func (p *pool) work(j *job) {
	inbox := make(chan *job, 1)
	for j != nil {
		next, resting := p.serveOne(j, inbox)
		if j = next; resting {
			j = <-inbox
		}
	}
}

// serveOne serves j and returns what to serve next, and whether the goroutine may
// rest until there is something. Nothing of j is kept meanwhile.
func (p *pool) serveOne(j *job, inbox chan *job) (next *job, resting bool) {
	ended := false // false where the method ended the goroutine: then another goes on
	defer func() {
		if next, resting = p.next(j, inbox, ended); next != nil && !ended {
			go p.work(next) // owned by the pool: drain waits for it
		}
	}()
	p.serve(j)
	ended = true
	return nil, false
}

// next makes j's worker available again and returns a job that waits, or whether
// the goroutine, which may rest where that is said, is now in line for one.
func (p *pool) next(j *job, inbox chan *job, rest bool) (next *job, resting bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave(j)
	p.recycle(j)
	next = p.dequeue()
	p.grant()
	if next != nil {
		return next, false
	}
	if p.closed {
		p.finish()
		return nil, false
	}
	if rest {
		p.idle = append(p.idle, inbox)
	}
	return nil, rest
}

// finish announces that nothing runs and nothing will. The caller holds mu.
func (p *pool) finish() {
	if len(p.running) > 0 || len(p.waiting) > 0 {
		return
	}
	p.alarm.Stop()
	select {
	case <-p.empty:
	default:
		close(p.empty)
	}
}

// close refuses further jobs, takes slots back and sends the idle goroutines
// home.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut()
}

// shut is close for who holds mu.
func (p *pool) shut() {
	if p.closed {
		p.finish()
		return
	}
	p.closed = true
	p.takeBack()
	for _, inbox := range p.idle {
		close(inbox)
	}
	p.idle = nil
	p.finish()
}
