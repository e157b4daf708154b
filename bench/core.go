package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/vmihailenco/msgpack/v5"
)

// coreKind is by hand what an unreliable event is: published, and handled by one of
// the instances that are connected.
type coreKind struct{ name, subject string }

var (
	coreHand    = coreKind{"core-nats", "bench.core.happened"}
	coreControl = coreKind{"core-nats-control", "bench.corecontrol.happened"}
)

func (k coreKind) contestant() contestant {
	return contestant{name: k.name, serve: k.serve, dial: k.dial}
}

// serve decodes in the callback of the subscription and hands to workers.
func (k coreKind) serve(a assignment) (site, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return site{}, err
	}
	d, err := openHandled(a)
	if err != nil {
		return site{}, err
	}
	decoded := make(chan happening, 10*workersOf(a)) // as many wait with ours
	closed := make(chan struct{})
	sub, err := nc.QueueSubscribe(k.subject, "handlers", func(m *nats.Msg) {
		var h happening
		if err := msgpack.Unmarshal(m.Data, &h); err != nil {
			warnings.Warn("event of core NATS", "contestant", k.name, "error", err)
			return
		}
		decoded <- h
	})
	if err != nil {
		return site{}, err
	}
	sub.SetClosedHandler(func(string) { close(closed) })
	working := k.work(a, d, decoded)
	stop := func() error {
		nc.Close()
		<-closed
		close(decoded)
		working.Wait()
		d.nc.Close()
		return nil
	}
	return site{stop: stop}, nc.Flush()
}

// work starts the workers, which end when decoded is closed.
func (k coreKind) work(a assignment, d *handled, decoded <-chan happening) *sync.WaitGroup {
	working := new(sync.WaitGroup)
	for range workersOf(a) {
		working.Go(func() {
			for h := range decoded {
				if err := d.handle(h); err != nil {
					warnings.Warn("event of core NATS", "contestant", k.name, "error", err)
				}
			}
		})
	}
	return working
}

func (k coreKind) dial(a assignment) (client, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return client{}, err
	}
	w, err := openWindow(a)
	one := func(_ context.Context, h happening) error {
		body, err := msgpack.Marshal(h)
		if err != nil {
			return fmt.Errorf("encode event: %w", err)
		}
		return nc.Publish(k.subject, body)
	}
	return client{emitter: &emitter{one: one, window: w}, close: func() error {
		nc.Close()
		w.nc.Close()
		return nil
	}}, err
}
