package broker

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"
)

// Opening is what a service has on the broker and needs from its start on: streams,
// and consumers of them. It is the same whether the broker is there then or comes later.
type Opening struct {
	Name   string                      // of what is opened, for the log
	Open   func(context.Context) error // it is called until it succeeds, one call at a time
	Limit  time.Duration               // of the first call, where the broker is there
	Refuse []error                     // what refuses the start, beside ErrNoJetStream; other errors are tried again
}

// Background is what runs the work of a service beside its calls; an entrypoint.Host is
// one.
type Background interface {
	Go(name string, f func(context.Context) error)
	Logger() *slog.Logger
}

const (
	openPeek  = 50 * time.Millisecond // for which a start waits for the connection
	openAgain = 5 * time.Second
)

// Peek reports whether the connection is there, for a start, which does not wait for a
// broker that is away: it waits for 50 ms.
func (c *Conn) Peek(ctx context.Context) bool {
	peek, cancel := context.WithTimeout(ctx, openPeek)
	defer cancel()
	return c.Await(peek) == nil
}

// OpenAtStart opens now, if the broker is there. Otherwise, and where that fails with
// what may pass, it returns nil, and opens in the background, every five seconds until it
// has succeeded. ctx bounds the start only.
func (c *Conn) OpenAtStart(ctx context.Context, h Background, o Opening) error {
	if c.Peek(ctx) {
		within, cancel := context.WithTimeout(ctx, o.Limit)
		defer cancel()
		err := o.Open(within)
		if err == nil || o.refuses(err) {
			return err
		}
	}
	h.Go(o.Name, func(ctx context.Context) error {
		o.openWhenUp(ctx, h.Logger())
		return nil
	})
	return nil
}

func (o Opening) refuses(err error) bool {
	return errors.Is(err, ErrNoJetStream) || slices.ContainsFunc(o.Refuse, func(refused error) bool { return errors.Is(err, refused) })
}

// openWhenUp opens until it succeeds. It has to fail several times where the broker came
// back without what it had.
func (o Opening) openWhenUp(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(openAgain)
	defer tick.Stop()
	for {
		err := o.Open(ctx)
		if err == nil || ctx.Err() != nil || errors.Is(err, ErrClosed) {
			return
		}
		log.ErrorContext(ctx, "broker cannot be used as declared; it is tried again", "for", o.Name, "error", err)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
