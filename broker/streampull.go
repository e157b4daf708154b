package broker

import (
	"context"
	"log/slog"
	"time"
)

// Limits of the wait before a consumer that is broken is looked at again.
const (
	mendWait  = 100 * time.Millisecond
	mendPause = 5 * time.Second
)

// run asks for deliveries until Stop, or the end of the connection.
func (c *Consumer) run() {
	beat, watch := time.NewTicker(pullHeartbeat), time.NewTicker(c.config.watch)
	defer beat.Stop()
	defer watch.Stop()
	for {
		up := c.conn.up()
		select {
		case <-up:
			up = nil
			c.resend()
			c.mend()
			c.ask()
		default:
			c.forget() // so does the broker, with the connection
		}
		select {
		case <-c.wake:
		case <-up:
		case <-c.down(up == nil):
		case <-beat.C:
			c.age()
		case <-watch.C:
			c.inspect()
		case <-c.life.Done():
			return
		case <-c.conn.closed:
			return
		}
	}
}

// keep tells the broker that what is held is being worked on, as long as
// run asks.
func (c *Consumer) keep() {
	beat := time.NewTicker(c.config.AckWait / 3)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
			c.progress()
		case <-c.life.Done():
			return
		case <-c.conn.closed:
			return
		}
	}
}

// down returns a channel that is closed with the connection, nil where that is
// down already.
func (c *Consumer) down(connected bool) <-chan struct{} {
	if !connected {
		return nil
	}
	return c.conn.down()
}

// forget counts on nothing that was on the connection.
func (c *Consumer) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetAll()
	c.broken, c.failures = "", 0
}

// mend makes the consumer again where the broker said that something is wrong
// with it, after a wait that grows until a request stands.
func (c *Consumer) mend() {
	c.mu.Lock()
	why, wait := c.broken, min(mendPause, mendWait<<min(c.failures, 10))
	c.broken = ""
	if why == "" || c.leaving {
		c.mu.Unlock()
		return
	}
	c.failures++
	c.mu.Unlock()
	log := c.logger()
	log.Warn("request for deliveries ended; asking again", "reason", why)
	if !pause(c.life, c.conn.closed, wait) {
		return
	}
	ctx, cancel := context.WithTimeout(c.life, tryLimit)
	defer cancel()
	if err := c.stream.insist(ctx, c.ensure); err != nil && c.life.Err() == nil {
		log.Warn("consumer cannot be made", "error", err)
	}
}

func (c *Consumer) logger() *slog.Logger {
	return c.conn.logger.With("stream", c.stream.want.Name, "consumer", c.config.Name)
}

// progress tells the broker that what is held is being worked on.
func (c *Consumer) progress() {
	c.mu.Lock()
	subjects := make([]string, 0, len(c.held))
	for _, d := range c.held {
		subjects = append(subjects, d.reply)
	}
	c.mu.Unlock()
	for _, subject := range subjects {
		_ = c.conn.Reply(subject, answerProgress) // without a connection the broker gives them away
	}
}

// resend settles what could not be settled without a connection.
func (c *Consumer) resend() {
	c.mu.Lock()
	unsent := c.unsent
	c.unsent = nil
	c.mu.Unlock()
	for _, d := range unsent {
		if err := d.send(d.answer); err != nil {
			c.conn.logger.Warn("work is done but the broker was not told", "stream", c.stream.want.Name, "sequence", d.Sequence, "error", err)
		}
	}
}
