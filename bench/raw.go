package main

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/vmihailenco/msgpack/v5"
)

const (
	rawSubject  = "bench.raw."
	callTimeout = 30 * time.Second // what calls of ours have by default
)

// rawKind is request/reply with nothing around it but what a body is. Its two
// functions are whole, so that what they allocate is what one would who writes
// them by hand.
type rawKind struct {
	name, subject string
	answer        func(m *nats.Msg) error
	call          func(nc *nats.Conn, subject, name string) (string, error)
}

// rawControl is rawBytes again: what it scores, a ratio to rawBytes is off by.
var (
	rawBytes   = rawKind{"nats.go", rawSubject + "bytes", answerBytes, callBytes}
	rawControl = rawKind{"nats.go-control", rawSubject + "control", answerBytes, callBytes}
	rawMsgpack = rawKind{"nats.go-msgpack", rawSubject + "msgpack", answerMsgpack, callMsgpack}
)

func (k rawKind) contestant() contestant {
	return contestant{name: k.name, serve: k.serve, dial: k.dial}
}

// serve answers in the callback of the subscription: no pool, no goroutine.
func (k rawKind) serve(a assignment) (site, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return site{}, err
	}
	_, err = nc.QueueSubscribe(k.subject, "greeters", func(m *nats.Msg) {
		if err := k.answer(m); err != nil {
			warnings.Warn("answer of nats.go", "contestant", k.name, "error", err)
		}
	})
	if err == nil {
		err = nc.Flush()
	}
	return site{stop: closing(nc)}, err
}

func (k rawKind) dial(a assignment) (client, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return client{}, err
	}
	call := func(_ context.Context, name string) (string, error) { return k.call(nc, k.subject, name) }
	return client{call: call, context: context.Background, close: closing(nc)}, nil
}

func answerBytes(m *nats.Msg) error { return m.Respond([]byte(greeting(string(m.Data)))) }

func callBytes(nc *nats.Conn, subject, name string) (string, error) {
	m, err := nc.Request(subject, []byte(name), callTimeout)
	if err != nil {
		return "", err
	}
	return string(m.Data), nil
}

func answerMsgpack(m *nats.Msg) error {
	body, err := greetMsgpack(m.Data)
	if err != nil {
		return err
	}
	return m.Respond(body)
}

// greetMsgpack answers the body of a request.
func greetMsgpack(body []byte) ([]byte, error) {
	var name string
	if err := msgpack.Unmarshal(body, &name); err != nil {
		return nil, fmt.Errorf("decode name: %w", err)
	}
	return msgpack.Marshal(greeting(name))
}

func callMsgpack(nc *nats.Conn, subject, name string) (greeting string, err error) {
	body, err := msgpack.Marshal(name)
	if err != nil {
		return "", fmt.Errorf("encode name: %w", err)
	}
	m, err := nc.Request(subject, body, callTimeout)
	if err != nil {
		return "", err
	}
	err = msgpack.Unmarshal(m.Data, &greeting)
	return greeting, err
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
