package permission_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/lock"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/timer"
)

// Asker calls, and submits.
type Asker struct {
	_ service.Name `name:"asker"`

	Slow  rpc.Func[int, int] `rpc:"worker.slow" timeout:"5s"`
	Build rpc.Job[int, int]  `rpc:"worker.build"`

	Watched *counter

	_ rpc.Method `method:"Ask"`
	_ rpc.Method `method:"Submit"`
	_ rpc.Method `method:"GiveUp"`
}

// Ask makes three calls at once of a method that has one worker.
func (a *Asker) Ask(ctx context.Context) error {
	var all sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		all.Go(func() { _, errs[i] = a.Slow(ctx, 600) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// GiveUp makes a call and gives it up once an instance has said that it has it, or after
// a while where there is none.
func (a *Asker) GiveUp(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _ = a.Slow(ctx, 400)
	}()
	select {
	case <-a.Watched.accepted:
	case <-over:
	case <-time.After(300 * time.Millisecond):
	}
	cancel()
	<-over
	return nil
}

// Submit makes a durable call, and waits for its result.
func (a *Asker) Submit(ctx context.Context) (int, error) {
	h, err := a.Build.Submit(ctx, 7)
	if err != nil {
		return 0, err
	}
	return a.Build.Result(ctx, h)
}

// Worker is called, handles events and has a job.
type Worker struct {
	_ service.Name `name:"worker"`

	Ticked *counter

	_ rpc.Method     `method:"Slow" workers:"1"`
	_ rpc.Method     `method:"Build" delivery:"durable"`
	_ events.Handler `method:"OnTold" source:"teller" event:"told" attempts:"2" backoff:"10ms"`
	_ timer.Job      `method:"Tick" every:"200ms" scope:"cluster"`
}

// counter counts.
type counter struct {
	looked   chan struct{} // closed by look
	accepted chan struct{} // takes one when an instance says that it has a call of the asker
	cancels  atomic.Int64  // calls that the asker gave up at their instance
	locks    atomic.Int64  // how often somebody looked who holds the lock

	mu   sync.Mutex // guards what follows
	n    int
	runs int // of Build
}

// look says that the asker has looked for its call in the queue, where it is for as
// long as Build runs.
func (c *counter) look() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.looked:
	default:
		close(c.looked)
	}
}

// accept and forget say that an instance has a call, and that this is of no interest
// any more.
func (c *counter) accept() {
	select {
	case c.accepted <- struct{}{}:
	default:
	}
}

func (c *counter) forget() {
	select {
	case <-c.accepted:
	default:
	}
}

func (c *counter) add() { c.mu.Lock(); c.n++; c.mu.Unlock() }

func (c *counter) count() int { c.mu.Lock(); defer c.mu.Unlock(); return c.n }

func (c *counter) run() int { c.mu.Lock(); defer c.mu.Unlock(); c.runs++; return c.runs }

func (c *counter) ran() int { c.mu.Lock(); defer c.mu.Unlock(); return c.runs }

// Slow takes its time.
func (*Worker) Slow(ctx context.Context, ms int) int {
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond):
	case <-ctx.Done():
	}
	return ms
}

// Build ends when the asker has looked, and does not end the first time that it is given
// a number below zero.
func (w *Worker) Build(ctx context.Context, n int) int {
	var ends <-chan struct{}
	if n >= 0 || w.Ticked.run() > 1 {
		ends = w.Ticked.looked
	}
	select {
	case <-ends:
	case <-ctx.Done():
	}
	return n
}

// OnTold fails.
func (*Worker) OnTold(context.Context, string) error { return errors.New("no") }

// Tick counts.
func (w *Worker) Tick() { w.Ticked.add() }

// Teller emits, and takes a lock.
type Teller struct {
	_ service.Name `name:"teller"`

	Told  events.Publisher[string] `event:"told"`
	Alone lock.Mutex               `lock:"telling"`

	_ rpc.Method `method:"Tell"`
	_ rpc.Method `method:"Hold"`
}

// Tell emits now, at once if somebody handles it, and later.
func (t *Teller) Tell(ctx context.Context) error {
	return errors.Join(t.Told(ctx, "now"), t.Told(ctx, "wanted", events.Mandatory()), t.Told(ctx, "later", events.After(50*time.Millisecond)))
}

// Hold waits for the lock.
func (t *Teller) Hold(ctx context.Context) error {
	held, err := t.Alone.Acquire(ctx)
	if err != nil {
		return err
	}
	return held.Release(ctx)
}
