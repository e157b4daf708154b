package events

import (
	"context"
	"sync"
	"time"
)

// patience bounds how long emits wait whose contexts do not say it. A context with a
// timer for each would be a good part of what an emit costs, so those that begin at
// about the same time share one.
type patience struct {
	mu     sync.Mutex // guards what follows
	shared context.Context
	fresh  time.Time // until when it is given to others
}

// patienceParts is by which part of the limit a shared context may come late.
const patienceParts = 100

// of returns a context that ends with ctx, and after limit.
func (p *patience) of(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	if ctx.Done() != nil {
		return context.WithTimeout(ctx, limit)
	}
	now, late := time.Now(), limit/patienceParts
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.After(p.fresh) {
		shared, cancel := context.WithDeadline(context.Background(), now.Add(limit+late))
		context.AfterFunc(shared, cancel)
		p.shared, p.fresh = shared, now.Add(late)
	}
	return p.shared, func() {}
}
