package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// ConsumerConfig says what a consumer receives.
type ConsumerConfig struct {
	Name    string        // under which all instances share the work
	Filter  string        // subject; all of the queue's
	AckWait time.Duration // after which a delivery whose process is gone goes to another; 5 s
	// Slots returns how many deliveries may be held at once. It is called whenever
	// there may be work to ask for, under a lock: it must not block, nor use the
	// consumer.
	Slots func() int
}

const (
	defaultAckWait = 5 * time.Second
	pullExpires    = 30 * time.Second
	pullHeartbeat  = 5 * time.Second
)

// Consumer receives deliveries, never more than it has slots for. It asks again
// by itself when the broker or its leader went away. At most one request stands
// at a time, which tells exactly how many deliveries are still to come.
type Consumer struct {
	conn   *Conn
	stream *stream
	ahead  time.Duration // of our clock, that of the broker
	config ConsumerConfig
	f      func(*Delivery)
	prefix string // of the subjects that say how a request fared
	sub    *Subscription
	wake   chan struct{}   // holds one
	life   context.Context // of its goroutines; ended by Stop
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu       sync.Mutex // guards what follows
	held     map[uint64]*Delivery
	unsent   []*Delivery // settled while there was no connection
	late     []*Delivery // arrived while draining
	draining bool
	pull     pull
	broken   string // why the consumer has to be looked at, "" where it has not
	failures int    // since a request stood
}

// pull is the request that stands.
type pull struct {
	number uint64
	left   int    // deliveries to come
	on     uint64 // number of the connection
	heard  time.Time
}

// Receive calls f for each delivery, on a goroutine of the subscription, so f must
// not block. A delivery is held, and the broker is told so, until it is settled
// with Ack, Nak or Term. Receive returns once the broker knows the consumer; it
// waits while the broker is away, for as long as ctx lives.
func (q *WorkQueue) Receive(ctx context.Context, config ConsumerConfig, f func(*Delivery)) (*Consumer, error) {
	config.AckWait = cmp.Or(config.AckWait, defaultAckWait)
	inbox := q.conn.nc.NewInbox()
	c := &Consumer{
		conn: q.conn, stream: q.stream, ahead: q.ahead, config: config, f: f, prefix: inbox + ".",
		wake: make(chan struct{}, 1), held: make(map[uint64]*Delivery),
	}
	c.life, c.cancel = context.WithCancel(context.Background())
	if err := c.stream.insist(ctx, c.ensure); err != nil {
		return nil, fmt.Errorf("consumer %s: %w", config.Name, err)
	}
	var err error
	if c.sub, err = q.conn.Subscribe(c.prefix+"*", "", c.receive); err != nil {
		return nil, err
	}
	c.work.Go(c.run)
	c.work.Go(c.keep)
	return c, nil
}

// ensure makes the consumer where it is missing, and its stream.
func (c *Consumer) ensure(ctx context.Context) error {
	_, err := c.stream.js.Consumer(ctx, c.stream.want.Name, c.config.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		if err := c.stream.ensure(ctx); err != nil {
			return err
		}
		err = jetstream.ErrConsumerNotFound
	}
	if !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return err
	}
	_, err = c.stream.js.CreateOrUpdateConsumer(ctx, c.stream.want.Name, jetstream.ConsumerConfig{
		Durable: c.config.Name, FilterSubject: c.config.Filter,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.config.AckWait, MaxDeliver: -1,
		MaxAckPending: 100_000, MaxWaiting: 8192,
	})
	return err
}

// receive takes a delivery, or a word on the request.
func (c *Consumer) receive(m *Msg) {
	if strings.HasPrefix(m.Subject, c.prefix) {
		c.hear(m)
		return
	}
	d, err := newDelivery(c, m)
	if err != nil {
		c.conn.logger.Error("delivery that cannot be read", "subject", m.Subject, "error", err)
		return
	}
	if c.hold(d) {
		c.f(d)
	}
}

// hold counts a delivery and reports whether it is to be worked on.
func (c *Consumer) hold(d *Delivery) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pull.heard, c.failures = time.Now(), 0
	c.pull.left = max(0, c.pull.left-1)
	if before := c.held[d.Sequence]; before != nil { // the broker did not hear that it is being worked on
		before.reply = d.reply
		return false
	}
	if c.draining {
		c.late = append(c.late, d)
		return false
	}
	c.held[d.Sequence] = d
	if c.pull.left == 0 {
		c.stir()
	}
	return true
}

// hear takes what the broker says of a request.
func (c *Consumer) hear(m *Msg) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.Subject != c.reply() {
		return // an older request
	}
	c.pull.heard = time.Now()
	switch status := m.Header.Get("Status"); status {
	case "100": // it stands
		c.failures = 0
		return
	case "408": // its time is up
	default:
		c.broken = strings.TrimSpace(status + " " + m.Header.Get("Description"))
	}
	c.pull.left = 0
	c.stir()
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
// they are settled, or Stop gives them back.
//
// Only who no longer asks may give back: the broker would deliver it to this
// process again, and nobody would answer for it.
func (c *Consumer) Drain(ctx context.Context) error {
	c.mu.Lock()
	c.draining = true
	c.mu.Unlock()
	err := c.sub.Stop(ctx)
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
	err := c.Drain(ctx)
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
	c.work.Wait() // neither of them waits for the broker once life has ended
	return errors.Join(err, c.conn.Flush(ctx))
}

// Held returns how many deliveries are not settled yet.
func (c *Consumer) Held() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.held)
}

// newDelivery reads what the broker says of a message.
func newDelivery(c *Consumer, m *nats.Msg) (*Delivery, error) {
	meta, err := m.Metadata()
	if err != nil {
		return nil, err
	}
	return &Delivery{
		Msg: m, Stored: meta.Timestamp.Add(-c.ahead), Attempt: int(meta.NumDelivered) - 1, Sequence: meta.Sequence.Stream, //nolint:gosec // counts from 1
		consumer: c, reply: m.Reply,
	}, nil
}
