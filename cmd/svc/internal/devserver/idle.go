package devserver

import (
	"context"
	"time"
)

// AwaitIdle returns nil once a server has had no client for idle, or the cause that
// ended ctx. A client that came and went in between counts: clients returns how many
// have ever come, and how many are there.
func AwaitIdle(ctx context.Context, idle time.Duration, clients func() (ever uint64, now int)) error {
	tick := time.NewTicker(max(min(idle/4, time.Second), time.Millisecond))
	defer tick.Stop()
	seen, _ := clients()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case at := <-tick.C:
			ever, now := clients()
			if ever != seen || now > 0 {
				last, seen = at, ever
			}
			if at.Sub(last) >= idle {
				return nil
			}
		}
	}
}
