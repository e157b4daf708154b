package broker

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
)

// Subscription receives messages until it is stopped.
type Subscription struct {
	conn   *Conn
	sub    *nats.Subscription
	closed chan struct{}
}

// Subscribe calls f for each message on the subject, one after the other on a
// goroutine of the subscription, so f must not block. Of the members of a queue
// group, "" for none, one receives each message. The broker knows of it after
// Flush.
func (c *Conn) Subscribe(subject, queue string, f func(*Msg)) (*Subscription, error) {
	sub, err := c.nc.QueueSubscribe(subject, queue, f)
	switch {
	case errors.Is(err, nats.ErrConnectionClosed):
		return nil, ErrClosed
	case err != nil:
		return nil, fmt.Errorf("subscribe to %s: %w", subject, err)
	}
	s := &Subscription{conn: c, sub: sub, closed: make(chan struct{})}
	sub.SetClosedHandler(func(string) { close(s.closed) })
	return s, nil
}

// Stop unsubscribes and returns once f has been called for everything that had
// arrived, or ctx has ended. While disconnected it does not wait for more to
// arrive: the broker cannot confirm the end, nor take an answer.
func (s *Subscription) Stop(ctx context.Context) error {
	end := s.sub.Drain
	if !s.conn.nc.IsConnected() {
		end = s.sub.Unsubscribe
	}
	if end() != nil {
		return nil //nolint:nilerr // the connection is gone, and the subscription with it
	}
	select {
	case <-s.closed:
		return nil
	case <-s.conn.down(): // in the meantime; the broker will not confirm
		_ = s.sub.Unsubscribe()
	case <-ctx.Done():
	}
	select {
	case <-s.closed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drain subscription to %s: %w", s.sub.Subject, context.Cause(ctx))
	}
}
