package broker

import (
	"errors"
	"fmt"

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
