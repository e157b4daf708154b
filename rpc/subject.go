package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/schema"
	"github.com/enoki-go/enoki/tag"
)

// Subject is the marker that lets a plain NATS request reach a method, on a subject
// of the user's choice:
//
//	_ rpc.Subject `method:"Reverse" subject:"foo.get" queue:"worker" args:"data"`
//
// Its tag keys are method (the Go name), subject (in which * stands for any word and >
// for the rest; the first word is one), queue (the group of which one member gets
// each message; the name of the service), args (names of the parameters, for bodies
// that are objects), name (in discovery; the Go name in snake_case) and workers.
//
// The answer is JSON: {"code":200,"data":result}, of an error {"code":status,
// "data":"message"} with the status that HTTP has for it. A message without a reply
// subject is worked on and not answered. docs/protocol.md says the rest.
type Subject struct{}

var _ entrypoint.Declaration = Subject{}

// subjectOptions are the tag keys of Subject.
type subjectOptions struct {
	Name    string
	Subject string `tag:"subject,required"`
	Queue   string
	Args    []string
}

// Declare makes the entrypoint.
func (Subject) Declare(t reflect.StructTag, m *entrypoint.Method, h entrypoint.Host) (entrypoint.Entrypoint, error) {
	o := subjectOptions{Name: entrypoint.WireName(m.Name), Queue: h.Service()}
	if err := tag.Read(t, &o, entrypoint.TagKeys()...); err != nil {
		return nil, err
	}
	s, err := stationOf(h)
	if err != nil {
		return nil, err
	}
	if err := o.check(m, s.conn.Namespace()); err != nil {
		return nil, err
	}
	e := &worked{
		station: s, host: h, method: m, options: o,
		params: paramsOf(o.Args, m),
	}
	if e.input, e.output, err = schema.Method(m.Signature(), o.Args, m.In, m.Out, m.Optional); err != nil {
		return nil, err
	}
	return e, s.add(e)
}

// worked is a method that works on the messages of a subject.
type worked struct {
	station       *station
	host          entrypoint.Host
	method        *entrypoint.Method
	options       subjectOptions
	params        params
	input, output json.RawMessage // schemas
	counters      broker.Counters
	sub           *broker.Subscription
}

var _ entrypoint.Describer = (*worked)(nil)

// Start subscribes; it returns once the broker knows.
func (e *worked) Start(ctx context.Context) (err error) {
	conn := e.station.conn
	if e.sub, err = conn.Subscribe(e.options.Subject, e.options.Queue, e.receive); err != nil {
		return err
	}
	e.station.announce.Add(e.endpoint(), &e.counters)
	return errors.Join(e.station.announce.Publish(), conn.Flush(ctx))
}

// Stop returns once every message that had arrived is with the host.
func (e *worked) Stop(ctx context.Context) error {
	return errors.Join(stopped(ctx, e.sub), e.station.announce.Withdraw(ctx))
}

// Describe says where the method is reached.
func (e *worked) Describe() entrypoint.Description {
	return entrypoint.Description{
		Kind: subjectKind, Name: e.options.Name, Params: e.params.Names, Input: e.input, Output: e.output,
		Address: e.options.Subject, Options: map[string]string{"queue": e.options.Queue},
	}
}

// endpoint returns what discovery says of the method.
func (e *worked) endpoint() broker.Endpoint {
	return broker.Endpoint{
		Name: e.options.Name, Subject: e.options.Subject, QueueGroup: e.options.Queue,
		Metadata: metadataOf(map[string]string{MetadataKind: subjectKind}, e.method, e.params.Names, e.input, e.output),
	}
}

// receive takes one message. It runs on the goroutine of the subscription.
func (e *worked) receive(m *broker.Msg) {
	if m.Reply != "" && !broker.IsInbox(m.Reply) {
		e.host.Logger().Warn("request dropped: its reply subject is not an inbox", "subject", m.Subject, "reply", m.Reply)
		return
	}
	r := newErrand(e, m)
	if refused := r.read(); refused != nil {
		r.refuse(refused)
		return
	}
	if err := e.host.Queue(&r.call, nil); err != nil {
		r.notRun(err)
	}
}
