package rpc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
)

// durableServer runs the durable calls of one service. Its methods are served in
// the order start, stop, Stop: between the two stops, calls that have begun end.
type durableServer struct {
	server  *server
	methods map[string]*served
	slots   int

	starting sync.Once
	startErr error

	life   context.Context // of what answers calls; ended by Stop
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu       sync.Mutex // guards what follows
	depot    *depot
	consumer *broker.Consumer // nil before the broker was there
	stopping bool

	settler settler
}

type durableKey struct{ service string }

// durableOf returns the server of durable calls of the service that h hosts. It
// stops when its last call has ended, before the connection does.
func durableOf(h entrypoint.Host, s *server) (*durableServer, error) {
	d, err := h.Shared(durableKey{h.Service()}, func() (any, error) { return newDurable(s), nil })
	if err != nil {
		return nil, err
	}
	return d.(*durableServer), nil
}

func newDurable(s *server, methods ...*served) *durableServer {
	d := &durableServer{server: s, methods: make(map[string]*served)}
	d.life, d.cancel = context.WithCancel(context.Background())
	for _, e := range methods {
		d.add(e)
	}
	return d
}

func (d *durableServer) add(e *served) { d.methods[e.name] = e }

// start asks for calls. Where the broker is away it returns at once, and asks as
// soon as it is there; where it stores nothing, the service is refused.
func (d *durableServer) start(ctx context.Context) error {
	d.starting.Do(func() { d.startErr = d.begin(ctx) })
	return d.startErr
}

const (
	startPeek  = 50 * time.Millisecond // how long to wait for the connection at the start
	startLimit = 5 * time.Second
	startAgain = 5 * time.Second
)

func (d *durableServer) begin(ctx context.Context) error {
	for _, e := range d.methods {
		d.slots = max(d.slots, e.host.Workers())
	}
	peek, cancel := context.WithTimeout(ctx, startPeek)
	defer cancel()
	if d.server.conn.Await(peek) == nil {
		ctx, cancel := context.WithTimeout(ctx, startLimit)
		defer cancel()
		err := d.open(ctx)
		if err == nil || errors.Is(err, broker.ErrNoJetStream) {
			return d.named(err)
		}
	}
	d.server.host.Go("durable calls", d.openWhenUp)
	return nil
}

func (d *durableServer) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("durable methods of %s: %w", d.server.host.Service(), err)
}

// openWhenUp opens until it succeeds. It has to fail several times where the broker
// came back without what it had.
func (d *durableServer) openWhenUp(ctx context.Context) error {
	tick := time.NewTicker(startAgain)
	defer tick.Stop()
	for {
		err := d.open(ctx)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		d.server.host.Logger().ErrorContext(ctx, "durable calls cannot be received; it is tried again", "error", d.named(err))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// open makes the streams and receives from the queue.
func (d *durableServer) open(ctx context.Context) error {
	depot, err := openDepot(ctx, d.server.conn, d.server.host.Service())
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.depot = depot
	d.mu.Unlock()
	consumer, err := depot.queue.Receive(ctx, broker.ConsumerConfig{
		Name: durableWorkers, Slots: func() int { return d.slots },
	}, d.receive)
	if err != nil {
		return err
	}
	d.mu.Lock()
	stopping := d.stopping
	d.consumer = consumer
	d.mu.Unlock()
	if stopping {
		return consumer.Stop(ctx)
	}
	return nil
}

// stop ends receiving: what has not begun is given back. What runs goes on, and is
// kept from others.
func (d *durableServer) stop(ctx context.Context) error {
	d.mu.Lock()
	d.stopping = true
	consumer := d.consumer
	d.mu.Unlock()
	if consumer == nil {
		return nil
	}
	return consumer.Drain(ctx)
}

// Stop waits until the results of the last calls are stored, and gives back what is
// left. It waits for half of the time that ctx leaves. The host calls it when nothing
// runs any more.
func (d *durableServer) Stop(ctx context.Context) error {
	broker.Finish(ctx, &d.work, d.cancel)
	d.mu.Lock()
	d.stopping = true
	consumer := d.consumer
	d.mu.Unlock()
	if consumer == nil {
		return nil
	}
	return consumer.Stop(ctx)
}
