package rpc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// request is one call on the side that serves it.
type request struct {
	server   *server
	msg      *broker.Msg
	received time.Time
	codec    codec.Codec
	served   *served
	call     *entrypoint.Call
}

// read makes the call of a message, arguments included, so that what is wrong
// with it is answered without a worker.
func (r *request) read() *fault.Error {
	var err error
	header := func(key string) string { return first(r.msg.Header[key]) }
	if r.codec, err = codec.For(header(headerType)); err != nil {
		r.codec = codec.JSON
		return ErrBadRequest.Explain("header %s: %v", headerType, err)
	}
	name := r.server.methodOf(r.msg.Subject)
	if r.served = r.server.methods[name]; r.served == nil {
		return r.server.unknown(name)
	}
	left, err := leftOf(header(headerLeft), r.server.settings.Timeout)
	switch {
	case err != nil:
		return ErrBadRequest.Explain("%v", err)
	case left == 0:
		return ErrExpired
	}
	r.call = &entrypoint.Call{
		ID: header(headerID), Kind: kind, Name: name,
		Method: r.served.method, Parents: split(header(headerStack)), Data: dataOf(r.msg.Header),
		Deadline: r.received.Add(left),
		Decode: func(into []any) error {
			return r.served.params.decode(r.codec, r.msg.Data, header(headerArgs), into)
		},
	}
	if r.call.ID == "" {
		r.call.ID = r.server.ids.next()
	}
	if err := r.call.Bind(); err != nil {
		return r.served.params.refuse(r.server.host.Service()+"."+name, err)
	}
	return nil
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func split(stack string) []string {
	if stack == "" {
		return nil
	}
	all := strings.Split(stack, ",")
	return all[max(0, len(all)-entrypoint.MaxParents):]
}

// spawn waits for a worker until ctx ends, which is the deadline of the call, or
// the service stops waiting.
func (r *request) spawn(ctx context.Context) {
	err := r.served.host.Spawn(ctx, r.call, r.done)
	switch {
	case err == nil:
	case errors.Is(err, context.DeadlineExceeded):
		r.refuse(ErrExpired)
	case errors.Is(err, context.Canceled):
		r.refuse(ErrStopping)
	default:
		r.refuse(fault.From(err))
	}
}

// done answers with the outcome of the method.
func (r *request) done(out any, err error) {
	r.served.counters.Count(time.Since(r.received), err)
	if err != nil {
		r.fail(toWire(err))
		return
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	body, err := r.codec.Append((*buffer)[:0], out)
	if err == nil {
		err = r.server.conn.Send(&broker.Msg{Subject: r.msg.Reply, Data: body})
		*buffer = body
	}
	if err != nil {
		r.unsendable(err)
	}
}

// buffers hold bodies until they are sent: sending copies them.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// unsendable answers instead of a result that cannot be encoded or is too large.
func (r *request) unsendable(err error) {
	target := r.server.host.Service() + "." + r.served.name
	r.server.host.Logger().Error("result cannot be sent", "method", r.served.name, "call_id", r.call.ID, "error", err)
	r.refuse(ErrBadResult.Explain("result of %s: %v", target, err))
}

// refuse answers with an error of the framework's own.
func (r *request) refuse(e *fault.Error) {
	r.fail(refusal(e))
}

// fail answers with an error. Details that cannot be encoded are left out: the
// error matters more.
func (r *request) fail(w wireFault) {
	body, err := r.codec.Append(nil, w)
	if err != nil {
		w.Message = fmt.Sprintf("%s (its details are lost: %v)", w.Message, err)
		w.Details = nil
		body, err = r.codec.Append(nil, w)
	}
	if err == nil {
		err = r.server.conn.Send(&broker.Msg{Subject: r.msg.Reply, Header: w.headers(r.codec.ContentType()), Data: body})
	}
	if err != nil {
		r.server.host.Logger().Error("answer cannot be sent", "subject", r.msg.Subject, "error", err)
	}
}
