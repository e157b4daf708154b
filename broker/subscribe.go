package broker

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
)

// Subscription receives messages until it is stopped.
type Subscription struct {
	sub    *nats.Subscription
	closed chan struct{}
}

// Subscribe calls f for each message on the subject, one after the other on a
// goroutine of the subscription, so f must not block. Of the members of a queue
// group, "" for none, one receives each message. The broker knows of it after
// Flush.
func (c *Conn) Subscribe(subject, queue string, f func(*Msg)) (*Subscription, error) {
	sub, err := c.nc.QueueSubscribe(subject, queue, f)
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: %w", subject, err)
	}
	s := &Subscription{sub: sub, closed: make(chan struct{})}
	sub.SetClosedHandler(func(string) { close(s.closed) })
	return s, nil
}

// Stop unsubscribes and returns once f has been called for everything that had
// arrived, or ctx has ended.
func (s *Subscription) Stop(ctx context.Context) error {
	if err := s.sub.Drain(); err != nil {
		return nil //nolint:nilerr // the connection is gone, and the subscription with it
	}
	select {
	case <-s.closed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drain subscription to %s: %w", s.sub.Subject, context.Cause(ctx))
	}
}
