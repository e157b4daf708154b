package rpc

import (
	"context"
	"sync"
	"sync/atomic"
)

// peer is a service that this process calls.
type peer struct {
	name     string
	answered atomic.Bool  // it has answered this process, so it exists
	speaks   atomic.Bool  // an instance has spoken the direct protocol
	foreign  atomic.Int64 // when nobody was there to be asked about calls, and none has, in ns
	lined    atomic.Int64 // calls that wait in its lines
	budget   budget

	mu    sync.Mutex // guards lines
	lines map[string]*line
}

// peerOf returns the service that t is of.
func (c *caller) peerOf(t target) *peer {
	if t.peer != nil {
		return t.peer
	}
	if p, ok := c.peers.Load(t.service); ok {
		return p.(*peer)
	}
	p, _ := c.peers.LoadOrStore(t.service, &peer{name: t.service, lines: make(map[string]*line)})
	return p.(*peer)
}

// succeeded counts a call that was answered.
func (p *peer) succeeded() {
	p.exist()
	p.budget.earn()
}

// exist notes that the service has spoken.
func (p *peer) exist() {
	if !p.answered.Load() {
		p.answered.Store(true)
	}
}

// spoke notes that an instance has spoken the direct protocol.
func (p *peer) spoke() {
	p.exist()
	if !p.speaks.Load() {
		p.speaks.Store(true)
		p.foreign.Store(0)
	}
}

// takesPart reports whether the service speaks the direct protocol: it has, or it
// has registered, which only those do.
func (p *peer) takesPart(ctx context.Context, c *caller) bool {
	if !p.speaks.Load() && c.known != nil && c.known.has(ctx, p.name) {
		p.spoke()
	}
	return p.speaks.Load()
}

// exists reports whether the service was ever there, though nobody listens now.
func (p *peer) exists(ctx context.Context, c *caller) bool {
	if !p.answered.Load() && c.known != nil && c.known.has(ctx, p.name) {
		p.answered.Store(true)
	}
	return p.answered.Load()
}

// line returns the line of a method.
func (p *peer) line(c *caller, method string) *line {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lines[method]
	if l == nil {
		l = newLine(c, p, method)
		p.lines[method] = l
	}
	return l
}

// crowded returns the line of a method if a new call is to stand there, too.
func (p *peer) crowded(method string) *line {
	if p.lined.Load() == 0 {
		return nil
	}
	p.mu.Lock()
	l := p.lines[method]
	p.mu.Unlock()
	if l == nil || !l.jammed() {
		return nil
	}
	return l
}

// each calls f for every line.
func (p *peer) each(f func(*line)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lines {
		f(l)
	}
}

// budget bounds the calls that are sent again although the run before may still
// go on: where a whole service is slow, repeating its work makes it slower. A run
// that is certainly lost needs none.
type budget struct {
	earned atomic.Int64 // answers since they were last turned into tokens

	mu    sync.Mutex // guards what follows
	spent float64    // of burst
}

const (
	budgetBurst = 10  // repeats that may come at once
	budgetShare = 0.1 // … and for each answer
)

func (b *budget) earn() { b.earned.Add(1) }

// take reports whether a call may be repeated.
func (b *budget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(0, b.spent-budgetShare*float64(b.earned.Swap(0)))
	if b.spent+1 > budgetBurst {
		return false
	}
	b.spent++
	return true
}
