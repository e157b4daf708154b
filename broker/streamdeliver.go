package broker

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Delivery is a message that a consumer works on. Its methods are safe for
// concurrent use; the first that settles it counts.
type Delivery struct {
	Msg      *Msg
	Stored   time.Time // by the clock of this machine
	Attempt  int       // deliveries of it before this one, to whomever
	Sequence uint64    // number in the stream

	consumer *Consumer
	reply    string // guarded by consumer.mu
	answer   []byte // what settled it; guarded by consumer.mu
	freed    bool   // its slot is; guarded by consumer.mu
}

// maxFreed is how many deliveries of a consumer are held without a slot at most.
const maxFreed = 100

// What settles a delivery, and what keeps it.
var (
	answerAck      = []byte("+ACK")
	answerTerm     = []byte("+TERM")
	answerProgress = []byte("+WPI")
)

func nak(delay time.Duration) []byte {
	if delay <= 0 {
		return []byte("-NAK")
	}
	return fmt.Appendf(nil, `-NAK {"delay":%d}`, delay.Nanoseconds())
}

// Ack says that the work is done. Where the connection is down it is said as soon
// as it is up.
func (d *Delivery) Ack() error { return d.settle(answerAck) }

// Term says that the message is not to be delivered again, though the work is not
// done.
func (d *Delivery) Term() error { return d.settle(answerTerm) }

// Nak gives the message back, to be delivered again after a delay, to whomever.
// Without a delay one that nobody can work on goes round at full speed: leave it
// out only where this process has ended to ask, or asks for less.
func (d *Delivery) Nak(delay time.Duration) error { return d.settle(nak(delay)) }

// Confirm is Ack that waits until the broker has taken it, for as long as ctx
// lives. An error leaves the delivery held.
func (d *Delivery) Confirm(ctx context.Context) error {
	c := d.consumer
	err := c.stream.insist(ctx, func(ctx context.Context) error {
		_, err := c.conn.nc.RequestWithContext(ctx, d.subject(), answerAck)
		return err
	})
	if err == nil {
		d.release()
	}
	return err
}

func (d *Delivery) subject() string {
	d.consumer.mu.Lock()
	defer d.consumer.mu.Unlock()
	return d.reply
}

// FreeSlot lets another delivery come in the place of this one, which is held until
// it is settled: for who has done the work and only has to store what came out. A
// hundred deliveries of a consumer can be held so; a further one keeps its slot.
func (d *Delivery) FreeSlot() {
	c := d.consumer
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[d.Sequence] != d || d.freed || c.freed == maxFreed {
		return
	}
	d.freed = true
	c.freed++
	c.stirIfDue()
}

// release ends to hold it and reports whether it was held.
func (d *Delivery) release() bool {
	c := d.consumer
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[d.Sequence] != d {
		return false
	}
	delete(c.held, d.Sequence)
	if d.freed {
		c.freed--
	}
	c.stirIfDue()
	return true
}

func (d *Delivery) settle(answer []byte) error {
	if !d.release() {
		return nil
	}
	err := d.send(answer)
	if !errors.Is(err, ErrDisconnected) {
		return err
	}
	if answer[0] == '-' {
		return nil // the broker gives it away by itself before long
	}
	c := d.consumer
	c.mu.Lock()
	defer c.mu.Unlock()
	d.answer = answer
	c.unsent = append(c.unsent, d)
	return nil
}

func (d *Delivery) send(answer []byte) error {
	return d.consumer.conn.Reply(d.subject(), answer)
}
