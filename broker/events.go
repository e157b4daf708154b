package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// OnForbidden calls f, from a goroutine of the connection, with each subject to
// which the broker did not let this process send. The message is lost; nothing else
// tells its sender.
func (c *Conn) OnForbidden(f func(subject string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forbidden = append(c.forbidden, f)
}

// tellForbidden reads the subject out of what the broker says, which is the only
// place where it stands.
func (c *Conn) tellForbidden(err error) {
	_, quoted, publish := strings.Cut(err.Error(), "Violation for Publish to ")
	subject, _, _ := strings.Cut(strings.TrimPrefix(quoted, `"`), `"`)
	if !publish {
		return
	}
	c.mu.Lock()
	all := slices.Clone(c.forbidden)
	c.mu.Unlock()
	for _, f := range all {
		f(subject)
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
