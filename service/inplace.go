package service

import (
	"context"

	"github.com/enoki-go/enoki/entrypoint"
)

// do runs j on this goroutine as soon as a worker is free, for as long as ctx
// lives.
func (p *pool) do(ctx context.Context, j *job) error {
	waits, err := p.comeIn(j)
	if err != nil {
		return err
	}
	if waits {
		if err := p.awaitTurn(ctx, j); err != nil {
			return err
		}
		j.turn = nil // nobody waits any more: j may be used again
	}
	p.serveInPlace(j)
	return nil
}

// comeIn counts j among those that run if its gate is open, and otherwise puts it
// in line.
func (p *pool) comeIn(j *job) (waits bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return false, entrypoint.ErrStopping
	case j.gate.open():
		p.enter(j)
		return false, nil
	case j.gate.crowded():
		return false, entrypoint.ErrBusy
	}
	j.turn, j.here = make(chan struct{}), true
	p.lineUp(j)
	return true, nil
}

// serveInPlace serves j, which was counted among those that run, on this
// goroutine.
func (p *pool) serveInPlace(j *job) {
	defer func() { // also where the method ends the goroutine
		if j.forestalled {
			<-j.over
		}
		p.depart(j)
	}()
	p.serve(j)
}

// depart makes j's worker available again, and others go on with what waits: this
// goroutine is not the pool's.
func (p *pool) depart(j *job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave(j)
	p.recycle(j)
	p.settle()
	if p.closed {
		p.finish()
	}
}
