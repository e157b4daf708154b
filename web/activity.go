package web

import (
	"context"
	"errors"
	"sync"
)

// activity counts the requests that are being answered.
type activity struct {
	mu    sync.Mutex // guards what follows
	count int
	idle  chan struct{} // closed when count is 0; nil where nobody waits for that
}

func (a *activity) enter() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count++
}

// running returns how many are.
func (a *activity) running() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count
}

func (a *activity) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count--
	if a.count == 0 && a.idle != nil {
		close(a.idle)
		a.idle = nil
	}
}

// wait waits until none is.
func (a *activity) wait(ctx context.Context) error {
	a.mu.Lock()
	if a.count == 0 {
		a.mu.Unlock()
		return nil
	}
	if a.idle == nil {
		a.idle = make(chan struct{})
	}
	idle := a.idle
	a.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return errors.New("HTTP server: requests were cut off that were still being answered when the time to stop was over")
	}
}
