package service

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// job is a call that has passed its gate.
type job struct {
	call     *entrypoint.Call
	done     entrypoint.Done
	gate     gate
	started  time.Time
	answered sync.Once
}

// pool owns the calls that run: it is the one place that waits for them.
// Goroutines are kept between calls, because waking one costs less than making
// one.
type pool struct {
	serve    func(*job)
	conclude func(j *job, out any, err error)

	mu      sync.Mutex // guards what follows
	idle    []chan *job
	running map[*job]bool
	closed  bool
	empty   chan struct{} // closed when closed and nothing runs
}

func newPool(serve func(*job), conclude func(j *job, out any, err error)) *pool {
	return &pool{serve: serve, conclude: conclude, running: make(map[*job]bool), empty: make(chan struct{})}
}

// run lets a goroutine serve j. False means that the pool is closed.
func (p *pool) run(j *job) bool {
	j.started = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.running[j] = true
	if last := len(p.idle) - 1; last >= 0 {
		p.idle[last] <- j
		p.idle = p.idle[:last]
		return true
	}
	go p.work(j) // owned by the pool: close waits for it
	return true
}

// work serves jobs until the pool is closed.
func (p *pool) work(j *job) {
	inbox := make(chan *job, 1)
	for ok := true; ok; j, ok = <-inbox {
		if !p.serveOne(j, inbox) {
			return
		}
	}
}

// serveOne serves j and makes its goroutine available again. False means that
// the goroutine ends.
func (p *pool) serveOne(j *job, inbox chan *job) bool {
	defer j.gate.give()
	defer p.leave(j)
	p.serve(j)

	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.idle = append(p.idle, inbox)
	return true
}

func (p *pool) leave(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, j)
	if p.closed && len(p.running) == 0 {
		p.finish()
	}
}

// finish announces that nothing runs and nothing will. The caller holds mu.
func (p *pool) finish() {
	select {
	case <-p.empty:
	default:
		close(p.empty)
	}
}

// close refuses further jobs and sends the idle goroutines home.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	for _, inbox := range p.idle {
		close(inbox)
	}
	p.idle = nil
	if len(p.running) == 0 {
		p.finish()
	}
}

// unwind is how long calls have to return once their contexts have ended.
const unwind = time.Second

// drain closes the pool and waits for what runs, for as long as ctx lives. Then
// it ends the contexts of the calls that are left, and after a second more
// answers for those that do not return. It returns how many it cancelled.
func (p *pool) drain(ctx context.Context) int {
	p.close()
	select {
	case <-p.empty:
		return 0
	case <-ctx.Done():
	}
	cancelled := p.cancel()
	timer := time.NewTimer(unwind)
	defer timer.Stop()
	select {
	case <-p.empty:
	case <-timer.C:
		p.abandon()
	}
	return cancelled
}

func (p *pool) cancel() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for j := range p.running {
		j.call.Cancel()
	}
	return len(p.running)
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
	p.mu.Lock()
	left := slices.Collect(maps.Keys(p.running))
	p.mu.Unlock()
	answered := make(chan struct{}, len(left))
	for _, j := range left {
		go func() { // awaited below; one that takes longer ends with the process
			p.conclude(j, nil, errAbandoned)
			answered <- struct{}{}
		}()
	}
	limit := time.NewTimer(answerLimit)
	defer limit.Stop()
	for range left {
		select {
		case <-answered:
		case <-limit.C:
			return
		}
	}
}
