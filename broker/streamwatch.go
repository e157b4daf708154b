package broker

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go/jetstream"
)

// inspect looks after a consumer that has waited since the tick before: where
// messages are pending that it could have, it asks for them on new subscriptions.
func (c *Consumer) inspect() {
	delivered, waits := c.waits()
	if !waits {
		return
	}
	pending, err := c.withheld()
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		c.give("the consumer is gone")
		return
	}
	// What has just been stored is on its way.
	if err != nil || pending == 0 || !pause(c.life, c.conn.closed, c.config.watch/watchGrace) {
		return
	}
	if c.renew(delivered) {
		c.revived.Add(1)
		c.logger().Warn("messages are pending and none is delivered; asking anew", "pending", pending, "waited", c.config.watch)
	}
}

// waits reports whether a request has stood, and nothing has come, since it was
// called before.
func (c *Consumer) waits() (delivered uint64, waits bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.seen
	c.seen = c.delivered
	if c.leaving || c.delivered != before || c.slots() <= 0 {
		return c.delivered, false
	}
	for _, l := range c.lines {
		waits = waits || l.left > 0
	}
	return c.delivered, waits
}

// withheld returns how many messages the broker has for the consumer and could
// deliver.
func (c *Consumer) withheld() (uint64, error) {
	ctx, cancel := context.WithTimeout(c.life, tryLimit)
	defer cancel()
	there, err := c.stream.js.Consumer(ctx, c.stream.want.Name, c.config.Name)
	if err != nil {
		return 0, err
	}
	info := there.CachedInfo()
	if most := info.Config.MaxAckPending; info.Paused || most > 0 && info.NumAckPending >= most {
		return 0, nil
	}
	return info.NumPending, nil
}

// give makes run mend the consumer.
func (c *Consumer) give(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetAll()
	c.broken = reason
	c.stir()
}

// renew gives up all subscriptions unless something has been delivered.
func (c *Consumer) renew(delivered uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.delivered != delivered || c.leaving {
		return false
	}
	for _, l := range c.lines {
		_ = l.sub.sub.Unsubscribe() // fails where the connection is closed
	}
	c.lines = nil
	c.stir()
	return true
}
