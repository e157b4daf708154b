package timer

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

// clustered runs a job once in the cluster: it stores the due times with the
// broker, and handles those that the broker hands to it.
type clustered struct {
	*job
	board  *board
	single *local // what runs where the broker stores nothing; nil where that is refused

	life   context.Context // of what stores and looks; ended by Stop
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu       sync.Mutex       // guards what follows
	consumer *broker.Consumer // nil before the broker was there
	stopping bool
}

var _ entrypoint.Describer = (*clustered)(nil)

func newClustered(j *job, single bool) (*clustered, error) {
	b, err := boardOf(j.host)
	if err != nil {
		return nil, err
	}
	c := &clustered{job: j, board: b}
	c.life, c.cancel = context.WithCancel(context.Background())
	if single {
		c.single = newLocal(j, false)
	}
	return c, b.add(c)
}

// Start begins to store and to handle ticks, which all jobs of a service do at once.
func (c *clustered) Start(ctx context.Context) error { return c.board.start(ctx) }

// Stop ends both. A call that runs is the host's to wait for; until it ends, its
// tick is kept from others.
func (c *clustered) Stop(ctx context.Context) error {
	c.cancel()
	c.mu.Lock()
	c.stopping = true
	consumer := c.consumer
	c.mu.Unlock()
	var err error
	if c.single != nil {
		err = c.single.Stop(ctx)
	}
	if consumer != nil {
		err = errors.Join(err, consumer.Drain(ctx))
	}
	c.work.Wait() // none of it waits once life has ended
	return err
}

// Describe says when the job runs.
func (c *clustered) Describe() entrypoint.Description {
	d := c.describe(scopeCluster)
	if c.single != nil {
		d.Options["single_instance"] = "true"
	}
	return d
}

const (
	// ackWait is how long after the last sign of life of an instance its tick goes to
	// another.
	ackWait = 5 * time.Second
	// idle is how long the broker remembers a job that no instance has.
	idle = 30 * 24 * time.Hour
)

// open handles ticks, from those on that are stored next, and stores them.
func (c *clustered) open(ctx context.Context, stream *broker.Stream) error {
	consumer, err := stream.Receive(ctx, broker.ConsumerConfig{
		Name: c.host.Service() + "--" + c.name, Filter: c.subject(), FromNow: true,
		AckWait: ackWait, MaxHeld: 1, Idle: idle,
		Slots: func() int { return 1 },
	}, func(d *broker.Delivery) { c.receive(stream, d) })
	if err != nil {
		return err
	}
	if !c.begin(consumer, &publisher{job: c.job, stream: stream, subject: c.subject(), id: c.host.Service() + "." + c.name}) {
		return consumer.Stop(ctx)
	}
	return nil
}

// begin notes the consumer and lets p store. False means that the job was stopped
// meanwhile.
func (c *clustered) begin(consumer *broker.Consumer, p *publisher) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.consumer = consumer
	if c.stopping {
		return false
	}
	c.work.Go(func() { p.run(c.life) })
	return true
}

// opened reports whether ticks are stored and handled.
func (c *clustered) opened() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.consumer != nil
}

// openSingle runs the job in this instance, which is the only one.
func (c *clustered) openSingle(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopping {
		return nil
	}
	return c.single.Start(ctx)
}

// close gives back what no call of this instance will settle any more.
func (c *clustered) close(ctx context.Context) error {
	c.mu.Lock()
	consumer := c.consumer
	c.mu.Unlock()
	if consumer == nil {
		return nil
	}
	return consumer.Stop(ctx)
}

func (c *clustered) subject() string {
	return c.board.conn.Namespace() + ".timer." + c.host.Service() + "." + c.name
}
