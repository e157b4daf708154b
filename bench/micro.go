package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/vmihailenco/msgpack/v5"
)

const microSubject = "bench.micro."

// microKind is a way to write a service with micro: what a body is, and whether
// every request gets a goroutine or waits until the one before has been answered,
// which is how micro calls a handler.
type microKind struct {
	name    string
	encode  func(any) ([]byte, error)
	decode  func([]byte, any) error
	respond func(r micro.Request, body string) error
	spawn   bool
}

var (
	microJSON    = microKind{name: "micro-json", encode: json.Marshal, decode: json.Unmarshal, respond: respondJSON}
	microMsgpack = microKind{name: "micro-msgpack", encode: msgpack.Marshal, decode: msgpack.Unmarshal, respond: respondMsgpack}
)

// respondJSON is what micro has for JSON.
func respondJSON(r micro.Request, body string) error { return r.RespondJSON(body) }

func respondMsgpack(r micro.Request, body string) error {
	data, err := msgpack.Marshal(body)
	if err != nil {
		return err
	}
	return r.Respond(data)
}

// spawning returns the kind that starts a goroutine for every request.
func (k microKind) spawning() microKind {
	k.name += "-goroutine"
	k.spawn = true
	return k
}

func (k microKind) contestant() contestant {
	return contestant{name: k.name, serve: k.serve, dial: k.dial}
}

// subject is the kind's own: all of them are up at once.
func (k microKind) subject() string { return microSubject + k.name }

func (k microKind) serve(a assignment) (site, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return site{}, err
	}
	var running sync.WaitGroup
	s, err := micro.AddService(nc, micro.Config{
		Name: k.name, Version: "1.0.0",
		Endpoint: &micro.EndpointConfig{Subject: k.subject(), Handler: k.handler(&running)},
	})
	if err == nil {
		err = nc.Flush()
	}
	stop := func() error {
		err := s.Stop()
		running.Wait()
		nc.Close()
		return err
	}
	return site{stop: stop}, err
}

// handler answers; running counts the requests that have a goroutine.
func (k microKind) handler(running *sync.WaitGroup) micro.HandlerFunc {
	if !k.spawn {
		return k.answer
	}
	return func(r micro.Request) { running.Go(func() { k.answer(r) }) }
}

func (k microKind) answer(r micro.Request) {
	var name string
	err := k.decode(r.Data(), &name)
	if err == nil {
		err = k.respond(r, greeting(name))
	}
	if err == nil {
		return
	}
	if err := r.Error("500", err.Error(), nil); err != nil {
		warnings.Warn("answer of micro", "error", err)
	}
}

func (k microKind) dial(a assignment) (client, error) {
	nc, err := connectRaw(a)
	if err != nil {
		return client{}, err
	}
	call := func(_ context.Context, name string) (string, error) { return k.call(nc, name) }
	return client{call: call, context: context.Background, close: closing(nc)}, nil
}

func (k microKind) call(nc *nats.Conn, name string) (greeting string, err error) {
	data, err := k.encode(name)
	if err != nil {
		return "", fmt.Errorf("encode name: %w", err)
	}
	m, err := nc.Request(k.subject(), data, callTimeout)
	if err != nil {
		return "", err
	}
	if text := m.Header.Get(micro.ErrorHeader); text != "" {
		return "", errors.New(text)
	}
	err = k.decode(m.Data, &greeting)
	return greeting, err
}
