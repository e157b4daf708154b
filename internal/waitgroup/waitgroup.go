// Package waitgroup waits for a sync.WaitGroup as long as a context lives.
package waitgroup

import (
	"context"
	"sync"
)

// Wait returns nil once work has ended, or the cause of the end of ctx where that came
// first. Then a goroutine goes on waiting, which ends with the work.
func Wait(ctx context.Context, work *sync.WaitGroup) error {
	over := make(chan struct{})
	go func() {
		work.Wait()
		close(over)
	}()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
