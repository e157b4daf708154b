package rpc

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
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
	return dependency.Shared(h, durableKey{h.Service()}, func() (*durableServer, error) {
		d := &durableServer{server: s, methods: make(map[string]*served)}
		d.life, d.cancel = context.WithCancel(context.Background())
		return d, nil
	})
}

func (d *durableServer) add(e *served) { d.methods[e.name] = e }

// startLimit bounds opening at the start, where the broker is there.
const startLimit = 5 * time.Second

// start asks for calls. Where the broker is away it returns at once, and asks as
// soon as it is there; where it stores nothing, the service is refused.
func (d *durableServer) start(ctx context.Context) error {
	d.starting.Do(func() {
		for _, e := range d.methods {
			d.slots = max(d.slots, e.host.Workers())
		}
		d.startErr = d.server.conn.OpenAtStart(ctx, d.server.host, broker.Opening{
			Name: "durable calls", Open: d.open, Limit: startLimit,
		})
	})
	return d.startErr
}

// open makes the streams and receives from the queue.
func (d *durableServer) open(ctx context.Context) error {
	if err := d.receiveFrom(ctx); err != nil {
		return fmt.Errorf("durable methods of %s: %w", d.server.host.Service(), err)
	}
	return nil
}

func (d *durableServer) receiveFrom(ctx context.Context) error {
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
	if consumer := d.stopped(); consumer != nil {
		return consumer.Drain(ctx)
	}
	return nil
}

// stopped says that nothing is to be received any more, and returns what receives, nil
// where nothing does.
func (d *durableServer) stopped() *broker.Consumer {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopping = true
	return d.consumer
}

// Stop waits until the results of the last calls are stored, and gives back what is
// left. It waits for half of the time that ctx leaves. The host calls it when nothing
// runs any more.
func (d *durableServer) Stop(ctx context.Context) error {
	broker.Finish(ctx, &d.work, d.cancel)
	if consumer := d.stopped(); consumer != nil {
		return consumer.Stop(ctx)
	}
	return nil
}
