package broker

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

// Limits of the wait before a consumer that is broken is looked at again.
const (
	mendWait  = 100 * time.Millisecond
	mendPause = 5 * time.Second
)

// run asks for deliveries until Stop, or the end of the connection.
func (c *Consumer) run() {
	watch := time.NewTicker(pullHeartbeat)
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
		case <-watch.C:
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

// ask makes a request stand where there are slots and none does.
func (c *Consumer) ask() {
	c.mu.Lock()
	defer c.mu.Unlock()
	on := c.conn.Connections()
	if on != c.pull.on || time.Since(c.pull.heard) > 2*pullHeartbeat+pullHeartbeat/2 {
		c.pull.left = 0 // who knew of it, the connection or a leader in the cluster, is gone
	}
	free := c.config.Slots() - len(c.held)
	if c.draining || c.pull.left > 0 || free <= 0 {
		return
	}
	body, _ := json.Marshal(struct { // cannot fail: three numbers
		Batch     int           `json:"batch"`
		Expires   time.Duration `json:"expires"`
		Heartbeat time.Duration `json:"idle_heartbeat"`
	}{free, pullExpires, pullHeartbeat})
	c.pull.number++
	subject := "$JS.API.CONSUMER.MSG.NEXT." + c.stream.want.Name + "." + c.config.Name
	if c.conn.Send(&Msg{Subject: subject, Reply: c.reply(), Data: body}) == nil {
		c.pull.left, c.pull.heard, c.pull.on = free, time.Now(), on
	}
}

// reply returns where the broker says how the request fared. The caller holds mu.
func (c *Consumer) reply() string { return c.prefix + strconv.FormatUint(c.pull.number, 36) }

// forget counts nothing on the request any more.
func (c *Consumer) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pull.left, c.broken, c.failures = 0, "", 0
}

// mend makes the consumer again where the broker said that something is wrong
// with it, after a wait that grows until a request stands.
func (c *Consumer) mend() {
	c.mu.Lock()
	why, wait := c.broken, min(mendPause, mendWait<<min(c.failures, 10))
	c.broken = ""
	if why == "" || c.draining {
		c.mu.Unlock()
		return
	}
	c.failures++
	c.mu.Unlock()
	log := c.conn.logger.With("stream", c.stream.want.Name, "consumer", c.config.Name)
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
