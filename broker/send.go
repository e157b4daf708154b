package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// Send publishes m. It fails at once while disconnected.
func (c *Conn) Send(m *Msg) error {
	return c.sent(c.nc.PublishMsg(m), m.Subject, len(m.Data))
}

// Reply publishes a message without headers, which is the most frequent one. It
// fails at once while disconnected.
func (c *Conn) Reply(subject string, data []byte) error {
	return c.sent(c.nc.Publish(subject, data), subject, len(data))
}

// sent puts an error of nats.go into our words.
func (c *Conn) sent(err error, subject string, size int) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, nats.ErrConnectionClosed):
		return ErrClosed
	case errors.Is(err, nats.ErrMaxPayload):
		return ErrTooLarge.Explain("message of %d bytes: broker takes at most %d (its setting max_payload)", size, c.nc.MaxPayload())
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrDisconnected),
		errors.Is(err, nats.ErrHeadersNotSupported) && !c.nc.IsConnected(): // it knows no server yet
		return ErrDisconnected.Explain("not connected to broker %s", c.URL())
	default:
		return fmt.Errorf("send to %s: %w", subject, err)
	}
}

// SendWhenUp is Send that waits for the connection where it is down: until the
// timer fires, then it returns ErrDisconnected; until ctx ends, then it returns
// its cause, or ErrDisconnected where that was its deadline; or until the
// connection is closed, then it returns ErrClosed.
func (c *Conn) SendWhenUp(ctx context.Context, m *Msg, timer <-chan time.Time) error {
	for {
		err := c.Send(m)
		if !errors.Is(err, ErrDisconnected) {
			return err
		}
		select {
		case <-c.up():
		case <-timer:
			return err
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return err // whether the timer or the context is first must make no difference
			}
			return context.Cause(ctx)
		case <-c.closed:
			return ErrClosed
		}
	}
}
