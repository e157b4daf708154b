package entrypoint_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// Everything that may touch the context of a call does so at once; whatever
// happens first, it ends, and every function that was not stopped runs once.
func TestContextIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	for i := range 200 {
		parent, stop := context.WithCancel(t.Context())
		c := &entrypoint.Call{Parent: parent, Deadline: time.Now().Add(time.Duration(i) * time.Microsecond)}
		ctx := c.Context()
		var ran, kept atomic.Int32
		var all, functions sync.WaitGroup
		for _, act := range []func(){
			c.Cancel, stop,
			func() { <-ctx.Done() },
			func() { _ = ctx.Err() },
			func() { c.Context().Deadline() },
			func() { entrypoint.FromContext(c.Context()) },
			func() { child, cancel := context.WithTimeout(ctx, time.Hour); <-child.Done(); cancel() },
			func() { _, cancel := context.WithCancel(ctx); cancel() },
			func() {
				functions.Add(1)
				unhook := context.AfterFunc(ctx, func() { ran.Add(1); functions.Done() })
				if i%2 == 0 && unhook() {
					functions.Done()
					return
				}
				kept.Add(1)
			},
		} {
			all.Go(act)
		}
		all.Wait()
		functions.Wait()
		if ctx.Err() == nil || ran.Load() != kept.Load() {
			t.Fatalf("Err is %v; %d functions ran, want %d", ctx.Err(), ran.Load(), kept.Load())
		}
	}
}
