package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
	"github.com/vmihailenco/msgpack/v5"
)

// jetstreamKind is by hand what a reliable event is: stored on disk with an id before
// its emitter goes on, handled at least once by one of the instances of a handler,
// also where none is there, and acknowledged by the worker that has handled it.
type jetstreamKind struct {
	name, stream, source string // subjects are "<source>.<event>"
	// consume lets ten workers handle events, until stop.
	consume func(a assignment, c jetstream.Consumer, work func(jetstream.Msg)) (stop func(), err error)
}

// A worker of the first two asks for an event when it is free, which is our rule; the
// other fetches ahead as the library does where it is told nothing else.
var (
	jetstreamHand     = jetstreamKind{"jetstream", "BENCH_EVENTS", "bench.events", consumeEach}
	jetstreamControl  = jetstreamKind{"jetstream-control", "BENCH_CONTROL", "bench.control", consumeEach}
	jetstreamPrefetch = jetstreamKind{"jetstream-prefetch", "BENCH_PREFETCH", "bench.prefetch", consumeAhead}
)

func (k jetstreamKind) contestant() contestant {
	return contestant{name: k.name, serve: k.serve, dial: k.dial}
}

// subject is that of one of the events that the source emits.
func (k jetstreamKind) subject() string { return k.source + ".happened" }

func (k jetstreamKind) serve(a assignment) (site, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return site{}, err
	}
	d, err := openHandled(a)
	if err != nil {
		return site{}, err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return site{}, err
	}
	consumer, err := k.consumer(js)
	if err != nil {
		return site{}, err
	}
	end, err := k.consume(a, consumer, func(m jetstream.Msg) {
		if err := handleStored(d, m); err != nil {
			warnings.Warn("event of JetStream", "contestant", k.name, "error", err)
		}
	})
	stop := func() error {
		end()
		nc.Close()
		d.nc.Close()
		return nil
	}
	return site{stop: stop}, err
}

// consumer makes stream and consumer as ours are.
func (k jetstreamKind) consumer(js jetstream.JetStream) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), launchLimit)
	defer cancel()
	stream, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: k.stream, Subjects: []string{k.source + ".>"},
		Retention: jetstream.InterestPolicy, Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew,
		MaxBytes: 1 << 30, MaxAge: 7 * 24 * time.Hour, MaxMsgSize: 1 << 20, Duplicates: 2 * time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("create stream: %w", err)
	}
	consumer, err := stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "handlers", FilterSubject: k.subject(), AckPolicy: jetstream.AckExplicitPolicy, AckWait: 30 * time.Second, DeliverPolicy: jetstream.DeliverNewPolicy,
		MaxDeliver: -1, MaxAckPending: 50_000, InactiveThreshold: 7 * 24 * time.Hour,
	})
	if err != nil {
		return nil, fmt.Errorf("create consumer: %w", err)
	}
	return consumer, nil
}

func handleStored(d *handled, m jetstream.Msg) error {
	var h happening
	if err := msgpack.Unmarshal(m.Data(), &h); err != nil {
		return errors.Join(err, m.Term())
	}
	if err := d.handle(h); err != nil {
		return err
	}
	return m.Ack()
}

// consumeEach has every worker ask for one event at a time.
func consumeEach(a assignment, c jetstream.Consumer, work func(jetstream.Msg)) (stop func(), err error) {
	var all []jetstream.MessagesContext
	var working sync.WaitGroup
	stop = func() {
		for _, messages := range all {
			messages.Stop()
		}
		working.Wait()
	}
	for range workersOf(a) {
		messages, err := c.Messages(jetstream.PullMaxMessages(1))
		if err != nil {
			return stop, err
		}
		all = append(all, messages)
		working.Go(func() {
			for {
				m, err := messages.Next()
				if err != nil {
					return // it was stopped
				}
				work(m)
			}
		})
	}
	return stop, nil
}

// consumeAhead hands what the library has fetched to workers.
func consumeAhead(a assignment, c jetstream.Consumer, work func(jetstream.Msg)) (stop func(), err error) {
	fetched := make(chan jetstream.Msg, workersOf(a))
	var working sync.WaitGroup
	for range cap(fetched) {
		working.Go(func() {
			for m := range fetched {
				work(m)
			}
		})
	}
	consumption, err := c.Consume(func(m jetstream.Msg) { fetched <- m })
	return func() {
		if consumption != nil {
			consumption.Stop()
			<-consumption.Closed()
		}
		close(fetched)
		working.Wait()
	}, err
}

func (k jetstreamKind) dial(a assignment) (client, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return client{}, err
	}
	w, err := openWindow(a)
	if err != nil {
		return client{}, err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return client{}, err
	}
	p := publisher{js, k.subject()}
	return client{emitter: &emitter{one: p.one, all: p.all, window: w}, close: func() error {
		nc.Close()
		w.nc.Close()
		return nil
	}}, nil
}

// publisher publishes without waiting and awaits what the broker says of it.
type publisher struct {
	js      jetstream.JetStream
	subject string
}

func (p publisher) publish(h happening) (jetstream.PubAckFuture, error) {
	body, err := msgpack.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return p.js.PublishAsync(p.subject, body, jetstream.WithMsgID(nuid.Next()))
}

func (p publisher) one(ctx context.Context, h happening) error {
	future, err := p.publish(h)
	if err != nil {
		return err
	}
	return stored(ctx, future)
}

// all publishes everything and then awaits everything.
func (p publisher) all(ctx context.Context, many []happening) error {
	futures := make([]jetstream.PubAckFuture, len(many))
	for i, h := range many {
		var err error
		if futures[i], err = p.publish(h); err != nil {
			return err
		}
	}
	for _, future := range futures {
		if err := stored(ctx, future); err != nil {
			return err
		}
	}
	return nil
}

func stored(ctx context.Context, future jetstream.PubAckFuture) error {
	select {
	case <-future.Ok():
		return nil
	case err := <-future.Err():
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
