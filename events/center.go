package events

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
)

// center receives the stored events of one service. Its handlers are served in the
// order start, drain, Stop: between the last two, what has begun ends.
type center struct {
	hub     *hub
	host    entrypoint.Host // of the first handler; for what is the same for all
	handled []*handled      // all that are declared

	opening sync.Mutex // held while the streams are opened
	dead    *broker.Stream
	tries   *broker.Records

	life   context.Context // of what settles events; ended by Stop
	cancel context.CancelFunc
	work   sync.WaitGroup
	tidy   sync.Once

	buried, failed, dropped atomic.Uint64

	mu       sync.Mutex // guards what follows
	lanes    []*lane    // that receive
	stopping bool
}

type centerKey struct{ service string }

// centerOf returns the center of the service that h hosts. It stops when its last
// event was settled, before the connection does.
func centerOf(h entrypoint.Host, b *hub) (*center, error) {
	return dependency.Shared(h, centerKey{h.Service()}, func() (*center, error) {
		c := &center{hub: b, host: h}
		c.life, c.cancel = context.WithCancel(context.Background())
		return c, nil
	})
}

// add declares a handler.
func (c *center) add(e *handled) error {
	for _, other := range c.handled {
		if other.String() == e.String() && other.Source == e.Source && other.Event == e.Event {
			return fmt.Errorf("method %s handles %s.%s already; leave one of the two markers out", e.method.Name, e.Source, e.Event)
		}
	}
	c.handled = append(c.handled, e)
	return nil
}

// startLimit bounds opening at the start, where the broker is there.
const startLimit = 10 * time.Second

// start receives the events of a handler.
func (c *center) start(ctx context.Context, e *handled) error {
	if !c.hub.conn.Restricted() { // the consumers of former handlers are not among what the declarations need
		c.tidy.Do(func() { c.host.Go("events of former handlers", c.watchFormer) })
	}
	err := c.hub.conn.OpenAtStart(ctx, c.host, broker.Opening{
		Name: "events of " + e.Source, Open: func(ctx context.Context) error { return c.open(ctx, e) }, Limit: startLimit,
		Refuse: []error{broker.ErrFull},
	})
	if errors.Is(err, broker.ErrNoJetStream) {
		return fmt.Errorf("%w; or say reliable:\"false\", which stores nothing", err)
	}
	return err
}

// open makes the streams and receives from that of the source.
func (c *center) open(ctx context.Context, e *handled) error {
	err := c.openShared(ctx)
	if err == nil {
		err = c.openLanes(ctx, e)
	}
	if err != nil {
		return fmt.Errorf("handler %s of %s.%s: %w", e, e.Source, e.Event, err)
	}
	return nil
}

// openShared makes what all handlers of all services share.
func (c *center) openShared(ctx context.Context) (err error) {
	c.opening.Lock()
	defer c.opening.Unlock()
	if c.tries != nil {
		return nil
	}
	conn := c.hub.conn
	if c.dead, err = conn.Stream(ctx, deadConfig(conn)); err != nil {
		return err
	}
	c.tries, err = conn.Records(ctx, broker.RecordsConfig{
		Name: conn.StreamName("EVTRY", ""), Subjects: []string{conn.Namespace() + ".evtry.>"}, MaxBytes: triesBytes, MaxAge: inactiveKept,
	})
	return err
}

// openLanes receives on those lanes of a handler that do not yet.
func (c *center) openLanes(ctx context.Context, e *handled) error {
	stream, err := c.hub.stream(ctx, e.Source)
	if err != nil {
		return err
	}
	if e.lanes == nil {
		e.lanes = lanesOf(e)
	}
	for _, l := range e.lanes {
		if l.consumer != nil {
			continue
		}
		if err := c.openLane(ctx, l, stream); err != nil {
			return err
		}
	}
	return nil
}

func (c *center) openLane(ctx context.Context, l *lane, stream *broker.Stream) error {
	if err := l.open(ctx, stream); err != nil {
		return err
	}
	c.mu.Lock()
	stopping := c.stopping
	c.lanes = append(c.lanes, l)
	c.mu.Unlock()
	if stopping {
		return l.consumer.Stop(ctx)
	}
	return nil
}

// drain ends receiving for a handler.
func (c *center) drain(ctx context.Context, e *handled) error {
	var err error
	for _, l := range c.stopped() {
		if l.handled == e {
			err = errors.Join(err, l.consumer.Drain(ctx))
		}
	}
	return err
}

// stopped says that no lane is to be opened any more, and returns those that are.
func (c *center) stopped() []*lane {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopping = true
	return append([]*lane(nil), c.lanes...)
}

// Stop waits until the last events are settled, and gives back what is left. It waits
// for half of the time that ctx leaves, because others are to be closed in the rest. The
// host calls it when nothing runs any more.
func (c *center) Stop(ctx context.Context) error {
	broker.Finish(ctx, &c.work, c.cancel)
	var err error
	for _, l := range c.stopped() {
		err = errors.Join(err, l.consumer.Stop(ctx))
	}
	return err
}

// settled logs that a delivery could not be settled: it comes again.
func (c *center) settled(d *broker.Delivery, how string, err error) {
	if err != nil && !errors.Is(err, broker.ErrClosed) {
		c.host.Logger().Warn("event cannot be settled; it will come again", "subject", d.Msg.Subject, "how", how, "error", err)
	}
}
