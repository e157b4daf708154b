package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// ConsumerConfig says what a consumer receives.
type ConsumerConfig struct {
	Name    string        // under which all instances share the work
	Filter  string        // subject; all of the stream's
	AckWait time.Duration // after which a delivery whose process is gone goes to another; 5 s
	MaxHeld int           // deliveries that all instances together may hold, with those that wait to come again; 100 000, -1 for any number
	FromNow bool          // what is stored before the consumer is made is not received
	Idle    time.Duration // after which the broker forgets a consumer that nobody asks; 0 for never
	// Note says, to people and to later versions, whose consumer it is. Where there is
	// one with another note, Supersedes decides whether ours replaces it, and with it
	// AckWait, MaxHeld and Idle; nil leaves all as it is.
	Note       string
	Supersedes func(note string) bool
	// Replaces names a consumer of a work queue that is removed where it is in the way:
	// two that want the same messages cannot be. What it has not settled stays in the
	// queue. "" removes none.
	Replaces string
	// Slots returns how many deliveries may be held at once. It is called whenever
	// there may be work to ask for, under a lock: it must not block, nor use the
	// consumer.
	Slots func() int

	watch time.Duration // after which a consumer that waits is inspected
}

const (
	defaultAckWait = 5 * time.Second
	pullExpires    = 30 * time.Second
	pullHeartbeat  = 5 * time.Second
	defaultWatch   = time.Minute
	watchGrace     = 60 // part of it for which what is pending may be on its way
)

// Consumer receives deliveries, never more than it has slots for: it knows exactly
// how many are still to come. It asks again by itself when the broker or its leader
// went away.
type Consumer struct {
	conn     *Conn
	stream   *Stream
	config   ConsumerConfig
	f        func(*Delivery)
	messages chan *Msg     // deliveries, and words on requests
	drained  chan struct{} // closed when no more messages come
	read     chan struct{} // closed when all of them are read
	wake     chan struct{} // holds one
	revived  atomic.Uint64
	life     context.Context // of its goroutines; ended by Stop
	cancel   context.CancelFunc
	work     sync.WaitGroup
	draining sync.Once

	mu        sync.Mutex // guards what follows
	held      map[uint64]*Delivery
	freed     int         // of those that are held, without a slot
	unsent    []*Delivery // settled while there was no connection
	late      []*Delivery // arrived while leaving
	leaving   bool
	lines     []*line
	on        uint64 // number of the connection on which requests stand
	delivered uint64 // so far
	seen      uint64 // delivered when it was last inspected
	broken    string // why the consumer has to be looked at, "" where it has not
	failures  int    // since a request stood
}

// Receive calls f for each delivery, one after the other on a goroutine of the
// consumer, so f must not block. A delivery is held, and the broker is told so,
// until it is settled with Ack, Nak or Term. Receive returns once the broker knows
// the consumer; it waits while the broker is away, for as long as ctx lives.
func (s *Stream) Receive(ctx context.Context, config ConsumerConfig, f func(*Delivery)) (*Consumer, error) {
	config.AckWait, config.watch = cmp.Or(config.AckWait, defaultAckWait), cmp.Or(config.watch, defaultWatch)
	c := &Consumer{
		conn: s.conn, stream: s, config: config, f: f, held: make(map[uint64]*Delivery), wake: make(chan struct{}, 1),
		messages: make(chan *Msg, messageRoom), drained: make(chan struct{}), read: make(chan struct{}),
	}
	if err := c.stream.insist(ctx, c.ensure); err != nil {
		return nil, fmt.Errorf("consumer %s: %w", config.Name, err)
	}
	c.life, c.cancel = context.WithCancel(context.Background())
	c.work.Go(c.readAll)
	c.work.Go(c.run)
	c.work.Go(c.keep)
	return c, nil
}

// readAll reads messages until Drain, Stop, or the end of the connection.
func (c *Consumer) readAll() {
	defer close(c.read)
	for {
		select {
		case m := <-c.messages:
			c.receive(m)
		case <-c.drained:
			for len(c.messages) > 0 {
				c.receive(<-c.messages)
			}
			return
		case <-c.life.Done():
			return
		case <-c.conn.closed:
			return
		}
	}
}

// receive takes a delivery, or a word on a request.
func (c *Consumer) receive(m *Msg) {
	c.mu.Lock()
	l := c.lineOf(m.Sub)
	if l != nil && strings.HasPrefix(m.Subject, l.prefix) {
		c.hear(l, m)
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	d, err := newDelivery(c, m)
	if err != nil {
		c.conn.logger.Error("delivery that cannot be read", "subject", m.Subject, "error", err)
		return
	}
	if c.hold(l, d) {
		c.f(d)
	}
}

// hold counts a delivery and reports whether it is to be worked on.
func (c *Consumer) hold(l *line, d *Delivery) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = 0
	c.delivered++
	if l != nil {
		l.quiet, l.left = 0, max(0, l.left-1)
	}
	if before := c.held[d.Sequence]; before != nil { // the broker did not hear that it is being worked on
		before.reply = d.reply
		c.stir()
		return false
	}
	if c.leaving {
		c.late = append(c.late, d)
		return false
	}
	c.held[d.Sequence] = d
	c.stirIfDue()
	return true
}

// stirIfDue makes run ask where there is something to ask for. The caller holds mu.
func (c *Consumer) stirIfDue() {
	if c.due() > 0 {
		c.stir()
	}
}

// stir makes run look again.
func (c *Consumer) stir() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Drain ends receiving: it unsubscribes and returns once the broker knows, and
// what was on its way has been given back. Deliveries that are held stay so until
// they are settled, or Stop gives them back. Where ctx ends before the broker has
// answered, what is on its way is given back by Stop.
//
// Only who no longer asks may give back: the broker would deliver it to this
// process again, and nobody would answer for it.
func (c *Consumer) Drain(ctx context.Context) error {
	if err := c.leave(ctx); err != nil {
		return err
	}
	return c.giveBackLate(ctx)
}

// leave unsubscribes, and ends reading once nothing more can come.
func (c *Consumer) leave(ctx context.Context) error {
	c.mu.Lock()
	c.leaving = true
	lines := c.lines
	c.mu.Unlock()
	var err error
	for _, l := range lines {
		err = errors.Join(err, l.sub.Stop(ctx))
	}
	if err != nil {
		return err // something may be on its way, so who reads goes on
	}
	c.draining.Do(func() { close(c.drained) })
	<-c.read // f does not block
	return nil
}

// giveBackLate gives back what came while leaving.
func (c *Consumer) giveBackLate(ctx context.Context) (err error) {
	c.mu.Lock()
	late := c.late
	c.late = nil
	c.mu.Unlock()
	for _, d := range late {
		err = errors.Join(err, d.send(nak(0)))
	}
	return errors.Join(err, c.conn.Flush(ctx))
}

// Stop is Drain that gives back what is held, too: another process goes on with
// it at once. It returns when nothing of the consumer runs any more.
func (c *Consumer) Stop(ctx context.Context) error {
	err := errors.Join(c.leave(ctx), c.giveBackLate(ctx))
	c.mu.Lock()
	left := make([]*Delivery, 0, len(c.held))
	for _, d := range c.held {
		left = append(left, d)
	}
	c.mu.Unlock()
	for _, d := range left {
		err = errors.Join(err, d.Nak(0))
	}
	c.cancel()
	c.work.Wait() // none of them waits for the broker once life has ended
	return errors.Join(err, c.conn.Flush(ctx))
}

// newDelivery reads what the broker says of a message.
func newDelivery(c *Consumer, m *nats.Msg) (*Delivery, error) {
	meta, err := m.Metadata()
	if err != nil {
		return nil, err
	}
	return &Delivery{
		Msg: m, Stored: meta.Timestamp.Add(-c.stream.ahead), Attempt: int(meta.NumDelivered) - 1, Sequence: meta.Sequence.Stream, //nolint:gosec // counts from 1
		consumer: c, reply: m.Reply,
	}, nil
}
