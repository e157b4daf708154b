package role

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/test/chaos/history"
)

// Methods of the service.
const (
	Work  = "work"  // takes as long as it is asked to
	Once  = "once"  // the same, at most once
	Panic = "panic" // panics

	Durable = "durable" // the same as Work, at least once even if its caller dies
)

// PanicText is what Panic panics with.
const PanicText = "chaos: this call panics"

// Task is the argument of all methods.
type Task struct {
	ID  string
	For time.Duration
}

// chaos is the service.
type chaos struct {
	_ service.Name `name:"chaos"`

	Facts *journal

	_ rpc.Method `method:"Work"`
	_ rpc.Method `method:"Once" delivery:"at-most-once"`
	_ rpc.Method `method:"Panic"`
	_ rpc.Method `method:"Durable" delivery:"durable" workers:"5"` // the others are not to wait for what has queued up
}

// journal is the history of this process.
type journal struct {
	name string
	file *history.File
}

// Work works; its result is the name of the process.
func (c *chaos) Work(ctx context.Context, t Task) (string, error) {
	return c.Facts.work(ctx, Work, t)
}

// Once works and is never repeated.
func (c *chaos) Once(ctx context.Context, t Task) (string, error) {
	return c.Facts.work(ctx, Once, t)
}

// Durable works, whatever becomes of its caller and of this process.
func (c *chaos) Durable(ctx context.Context, t Task) (string, error) {
	return c.Facts.work(ctx, Durable, t)
}

// Panic panics.
func (c *chaos) Panic(ctx context.Context, t Task) (string, error) {
	c.Facts.began(ctx, Panic, t)
	c.Facts.ended(Panic, t, nil)
	panic(PanicText) //nolint:forbidigo // that is its work
}

func (j *journal) work(ctx context.Context, method string, t Task) (string, error) {
	j.began(ctx, method, t)
	err := pause(ctx, t.For)
	j.ended(method, t, err)
	return j.name, err
}

func (j *journal) began(ctx context.Context, method string, t Task) {
	f := history.Fact{Kind: history.Began, ID: t.ID, Method: method}
	if c := entrypoint.FromContext(ctx); c != nil {
		f.Attempt = c.Attempt
	}
	j.write(f)
}

func (j *journal) ended(method string, t Task, err error) {
	f := history.Fact{Kind: history.Ended, ID: t.ID, Method: method}
	if err != nil {
		f.Error = err.Error()
	}
	j.write(f)
}

// write ends the process where it cannot: a fact that is missing would be taken
// for one that did not happen.
func (j *journal) write(f history.Fact) {
	if err := j.file.Write(f); err != nil {
		slog.Error("cannot write the history", "error", err)
		os.Exit(1) //nolint:forbidigo // see above
	}
}

// pause waits, or returns why it did not.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve is a user's main function, with an eye on the start.
func (s Setup) serve(facts *history.File) {
	tell := func(e service.Event) {
		if _, started := e.(service.Started); started {
			sayReady()
		}
	}
	service.Main(append(s.services(&journal{s.Name, facts}), service.Observe(tell))...)
}

// services returns those of a worker.
func (s Setup) services(facts *journal) []any {
	database := statements(s.Worker.Database)
	switch s.Worker.Services {
	case Prey:
		return []any{&chaos{Facts: facts}, &prey{}}
	case Events:
		return []any{&handlers{Facts: facts}, &shop{Database: database}, &ledger{Database: database}}
	case Steps:
		return []any{&sequence{Facts: facts}}
	case Loose:
		return []any{&looseSequence{Facts: facts}}
	case Late:
		return []any{&late{Facts: facts}}
	case Timers:
		return []any{&clock{Facts: facts}}
	default:
		return []any{&chaos{Facts: facts}}
	}
}
