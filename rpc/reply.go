package rpc

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// Done answers with the outcome of the method.
func (r *request) Done(out any, err error) {
	r.served.counters.Count(time.Since(r.received))
	switch {
	case err == nil:
		r.succeed(out)
	case entrypoint.Refused(err):
		r.notRun(err)
	default:
		w := toWire(err)
		r.served.counters.Fail(oneLine(w.Message))
		r.fail(w)
	}
}

// succeed answers with the result of the method.
func (r *request) succeed(out any) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	body, err := r.codec.Append((*buffer)[:0], out)
	if err == nil {
		err = r.answer(nil, body)
		if cap(body) <= maxKept {
			*buffer = body
		}
	}
	if err != nil {
		r.unsendable(err)
	}
}

// buffers hold bodies until they are sent: sending copies them.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// notRun answers a call that got no worker.
func (r *request) notRun(err error) {
	switch {
	case r.direct && !errors.Is(err, entrypoint.ErrExpired):
		if r.server.ledger.end(r, nil) {
			r.server.say(kindBusy, r.msg.Reply)
		}
	case errors.Is(err, entrypoint.ErrExpired):
		r.refuse(ErrExpired)
	case errors.Is(err, entrypoint.ErrStopping):
		r.refuse(ErrStopping)
	default:
		r.refuse(overloaded(r.target(), r.served.host.Workers()))
	}
}

// unsendable answers instead of a result that cannot be encoded or is too large.
func (r *request) unsendable(err error) {
	r.server.host.Logger().Error("result cannot be sent", "method", r.served.name, "call_id", r.call.ID, "error", err)
	r.refuse(ErrBadResult.Explain("result of %s: %v", r.target(), err))
}

// refuse answers with an error of the framework's own.
func (r *request) refuse(e *fault.Error) {
	r.fail(refusal(e))
}

// fail answers with an error. One that cannot be encoded, or is more than the
// broker takes, goes without its details and its length: the error matters more.
func (r *request) fail(w wireFault) {
	err := r.send(w)
	if err != nil {
		w.Message, w.Details = fmt.Sprintf("%s (the rest is lost: %v)", oneLine(w.Message), err), nil
		err = r.send(w)
	}
	if err != nil {
		r.server.host.Logger().Error("answer cannot be sent", "subject", r.msg.Subject, "error", err)
	}
}

func (r *request) send(w wireFault) error {
	body, err := r.codec.Append(nil, w)
	if err != nil {
		return err
	}
	return r.answer(w.headers(r.codec.ContentType()), body)
}

// answer sends what the call came to, and keeps it for a caller that asks again.
func (r *request) answer(h broker.Header, body []byte) error {
	m := broker.Msg{Subject: r.msg.Reply, Header: h, Data: body}
	if r.direct && !r.server.ledger.end(r, &m) {
		return nil // handed back
	}
	err := r.server.conn.Send(&m)
	if r.direct && errors.Is(err, broker.ErrDisconnected) {
		r.server.ledger.missed(r.msg.Reply) // its caller asks for it
		return nil
	}
	return err
}
