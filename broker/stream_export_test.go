package broker

import "time"

// WatchEvery inspects the consumer more often than every minute.
func (c ConsumerConfig) WatchEvery(d time.Duration) ConsumerConfig {
	c.watch = d
	return c
}

// Deafen ends the subscriptions of a consumer without its knowing.
func (c *Consumer) Deafen() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lines {
		_ = l.sub.sub.Unsubscribe()
	}
}

// Held returns how many deliveries are not settled yet.
func (c *Consumer) Held() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.held)
}

// Revived returns how many times the consumer subscribed anew because messages were
// pending and none was delivered.
func (c *Consumer) Revived() uint64 { return c.revived.Load() }
