package broker

import (
	"context"
	"sync"
	"time"

	"github.com/enoki-go/enoki/internal/waitgroup"
)

// Finish waits until work has ended by itself, for half of the time that ctx has left,
// because others are to be closed in the rest; then it cancels work and waits until it
// has ended. Where ctx has no deadline it waits as long as ctx lives.
func Finish(ctx context.Context, work *sync.WaitGroup, cancel context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		half, release := context.WithTimeout(ctx, time.Until(deadline)/2)
		defer release()
		ctx = half
	}
	_ = waitgroup.Wait(ctx, work) // what has not ended then is cancelled
	cancel()
	work.Wait()
}
