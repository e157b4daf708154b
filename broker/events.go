package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/config"
)

func (c *Conn) onConnect(nc *nats.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.connected:
	default:
		close(c.connected)
		c.connections.Add(1)
		c.disconnected = make(chan struct{})
		c.logger.Info("connected to broker", "url", config.Redact(nc.ConnectedUrl()), "server", nc.ConnectedServerVersion())
	}
}

func (c *Conn) onDisconnect(_ *nats.Conn, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.connected:
		c.connected = make(chan struct{})
		close(c.disconnected)
	default:
	}
	if err != nil {
		c.logger.Warn("connection to broker lost; reconnecting", "url", c.URL(), "error", err)
	}
}

func (c *Conn) onError(_ *nats.Conn, sub *nats.Subscription, err error) {
	if errors.Is(err, nats.ErrPermissionViolation) {
		c.tellForbidden(err)
	}
	attrs := []any{"error", err}
	if sub != nil {
		attrs = append(attrs, "subject", sub.Subject)
	}
	c.logger.Error("broker reports an error", attrs...)
}

func (c *Conn) onClosed(*nats.Conn) { close(c.closed) }

// watch stops the application when the connection is closed by anyone but Stop.
func (c *Conn) watch(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-c.closed:
		return fmt.Errorf("connection to broker %s closed for good: %w", c.URL(), cmp.Or(c.nc.LastError(), nats.ErrConnectionClosed))
	}
}
