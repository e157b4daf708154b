package main

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/vmihailenco/msgpack/v5"
)

// The peer of our durable calls must promise what they do.
func TestWorkQueueRunsWhatWasStoredBeforeItsWorkerStarted(t *testing.T) {
	t.Parallel()
	bus := launchBroker(t, t.Context())
	nc, err := connectRaw(assignment{URL: bus.url})
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	first, err := serveQueue(assignment{URL: bus.url}) // makes the stream
	if err != nil {
		t.Fatal(err)
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	answers, err := nc.SubscribeSync("answers")
	if err != nil {
		t.Fatal(err)
	}
	publishTwice(t, nc)
	startSite(t, contestant{name: workQueue, serve: serveQueue}, bus.url)
	m, err := answers.NextMsg(10 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if err := msgpack.Unmarshal(m.Data, &got); err != nil || got != "Hello, world!" {
		t.Errorf("have answer %q and error %v, want Hello, world!", got, err)
	}
}

// publishTwice stores one call, as a caller does that missed the acknowledgement.
func publishTwice(t *testing.T, nc *nats.Conn) {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	body, err := msgpack.Marshal("world")
	if err != nil {
		t.Fatal(err)
	}
	for _, duplicate := range []bool{false, true} {
		m := &nats.Msg{Subject: queueSubject, Header: nats.Header{replyHeader: {"answers"}}, Data: body}
		ack, err := js.PublishMsg(t.Context(), m, jetstream.WithMsgID("one"), jetstream.WithMsgTTL(queueTTL))
		if err != nil || ack.Duplicate != duplicate {
			t.Fatalf("have acknowledgement %+v and error %v, want duplicate %v", ack, err, duplicate)
		}
	}
}
