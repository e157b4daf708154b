package main

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	rawSubject  = "bench.raw.hello"
	callTimeout = 30 * time.Second // what calls of ours have by default
)

// serveRaw answers in the callback of the subscription: no codec, no pool, no
// goroutine.
func serveRaw(a assignment) (site, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return site{}, err
	}
	_, err = nc.QueueSubscribe(rawSubject, "greeters", func(m *nats.Msg) {
		if err := m.Respond([]byte(greeting(string(m.Data)))); err != nil {
			warnings.Warn("answer of nats.go", "error", err)
		}
	})
	if err == nil {
		err = nc.Flush()
	}
	return site{stop: closing(nc)}, err
}

func dialRaw(a assignment) (client, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return client{}, err
	}
	call := func(_ context.Context, name string) (string, error) {
		m, err := nc.Request(rawSubject, []byte(name), callTimeout)
		if err != nil {
			return "", err
		}
		return string(m.Data), nil
	}
	return client{call: call, context: context.Background, close: closing(nc)}, nil
}

func connectRaw(a assignment) (*nats.Conn, error) {
	nc, err := nats.Connect(a.URL)
	if err != nil {
		return nil, fmt.Errorf("connect to broker %s: %w", a.URL, err)
	}
	return nc, nil
}

func closing(nc *nats.Conn) func() error {
	return func() error {
		nc.Close()
		return nil
	}
}
