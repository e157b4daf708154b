package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/vmihailenco/msgpack/v5"
)

const (
	workQueue    = "work-queue"
	queueStream  = "BENCH_QUEUE"
	queueSubject = "bench.queue.hello"
	queueResults = "BENCH_RESULTS"
	resultPrefix = "bench.result."
	replyHeader  = "Reply-To" // the reply subject of a stored message is the stream's
	queueTTL     = 30 * time.Second
)

// serveQueue works off a stream as one does by hand who wants what our durable
// calls promise: a call is on disk before its caller goes on, runs at least once
// even if caller and worker die, is stored once however often it is published,
// and is forgotten when nobody can wait for it any more. Its answer is stored, for
// whoever asks for it later, and sent before it is acknowledged. Calls run side by
// side, as ours do. The library fetches ahead, which makes this peer
// faster than one that asks for what it can run.
func serveQueue(a assignment) (site, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return site{}, err
	}
	calls := make(chan jetstream.Msg, workersOf(a))
	consumption, err := consumeQueue(nc, calls)
	if err != nil {
		nc.Close()
		return site{}, err
	}
	stop := func() error {
		consumption.Stop()
		<-consumption.Closed()
		close(calls)
		nc.Close()
		return nil
	}
	return site{stop: stop}, nil
}

// workersOf returns how many calls run at once.
func workersOf(a assignment) int {
	if a.Workers > 0 {
		return a.Workers
	}
	return 10 // what a service of ours has by default
}

func consumeQueue(nc *nats.Conn, calls chan jetstream.Msg) (jetstream.ConsumeContext, error) {
	ctx, cancel := context.WithTimeout(context.Background(), launchLimit)
	defer cancel()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	stream, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: queueStream, Subjects: []string{queueSubject},
		Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew,
		MaxMsgs: 100_000, MaxBytes: 256 << 20, MaxAge: 24 * time.Hour,
		AllowMsgTTL: true, Duplicates: 2 * time.Minute,
	})
	if err != nil {
		return nil, fmt.Errorf("create stream: %w", err)
	}
	consumer, err := stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "workers", AckPolicy: jetstream.AckExplicitPolicy, AckWait: 5 * time.Second,
		MaxDeliver: -1, MaxAckPending: 100_000,
	})
	if err != nil {
		return nil, fmt.Errorf("create consumer: %w", err)
	}
	_, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: queueResults, Subjects: []string{resultPrefix + ">"}, Storage: jetstream.FileStorage,
		MaxMsgsPerSubject: 1, MaxBytes: 256 << 20, MaxAge: 24 * time.Hour,
	})
	if err != nil {
		return nil, fmt.Errorf("create stream: %w", err)
	}
	for range cap(calls) {
		go func() { // ends when calls is closed
			for m := range calls {
				if err := workOff(nc, js, m); err != nil {
					warnings.Warn("answer of "+workQueue, "error", err)
				}
			}
		}()
	}
	return consumer.Consume(func(m jetstream.Msg) { calls <- m })
}

func workOff(nc *nats.Conn, js jetstream.JetStream, m jetstream.Msg) error {
	body, err := greetMsgpack(m.Data())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	reply := m.Headers().Get(replyHeader)
	if _, err := js.Publish(ctx, resultPrefix+reply[strings.LastIndexByte(reply, '.')+1:], body); err != nil {
		return fmt.Errorf("store result: %w", err)
	}
	if err := nc.Publish(reply, body); err != nil {
		return err
	}
	return m.Ack()
}

// queueClient publishes calls and waits for their answers, which come to one
// subscription.
type queueClient struct {
	js    jetstream.JetStream
	inbox string // with a dot at its end
	last  atomic.Uint64
	calls answers
}

func dialQueue(a assignment) (client, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return client{}, err
	}
	q := &queueClient{inbox: nats.NewInbox() + "."}
	if q.js, err = jetstream.New(nc); err != nil {
		return client{}, err
	}
	_, err = nc.Subscribe(q.inbox+"*", func(m *nats.Msg) { q.calls.deliver(m.Subject, m.Data) })
	if err == nil {
		err = nc.Flush()
	}
	return client{call: q.call, context: context.Background, close: closing(nc)}, err
}

func (q *queueClient) call(ctx context.Context, name string) (greeting string, err error) {
	body, err := msgpack.Marshal(name)
	if err != nil {
		return "", fmt.Errorf("encode name: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	reply := q.inbox + strconv.FormatUint(q.last.Add(1), 36)
	answer := q.calls.expect(reply)
	defer q.calls.forget(reply)
	m := &nats.Msg{Subject: queueSubject, Header: nats.Header{replyHeader: {reply}}, Data: body}
	if _, err := q.js.PublishMsg(ctx, m, jetstream.WithMsgID(reply), jetstream.WithMsgTTL(queueTTL)); err != nil {
		return "", err
	}
	select {
	case data := <-answer:
		err = msgpack.Unmarshal(data, &greeting)
		return greeting, err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
