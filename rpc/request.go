package rpc

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

var _ entrypoint.Stimulus = (*request)(nil)

// request is one call on the side that serves it. Its exported methods are called
// by the host.
type request struct {
	server   *server
	msg      *broker.Msg
	name     string // of the method
	direct   bool   // its caller takes part in the direct protocol
	received time.Time
	form     string // of the arguments
	body     []byte // the arguments
	codec    codec.Codec
	served   *served
	call     entrypoint.Call
	entry    entry // in the ledger
}

// read makes the call of a message, arguments included, so that what is wrong
// with it is answered without a worker.
func (r *request) read() *fault.Error {
	aside, body, prefaced, err := prefaceOf(r.msg)
	r.form, r.body = aside.form, body
	if refused := r.readType(prefaced, err); refused != nil {
		return refused
	}
	if r.served = r.server.methods[r.name]; r.served == nil {
		return r.server.unknown(r.name)
	}
	c := &r.call
	c.ID, c.Kind, c.Name, c.Method, c.Stimulus = r.header(headerID), kind, r.served.name, r.served.method, r
	if refused := r.readAside(c, aside); refused != nil {
		return refused
	}
	if r.direct {
		if refused := r.readAttempt(c); refused != nil {
			return refused
		}
	}
	if err := c.Bind(); err != nil {
		return r.served.params.refuse(r.server.host.Service()+"."+r.name, err)
	}
	return nil
}

// readType finds out how the body is written; err is what was wrong before.
func (r *request) readType(prefaced bool, err error) *fault.Error {
	contentType := r.header(headerType)
	if r.codec = codec.Msgpack; !prefaced || contentType != "" {
		var unknown error
		if r.codec, unknown = codec.Of(contentType, r.body); unknown != nil {
			r.codec = codec.JSON
			err = fmt.Errorf("header %s: %w", headerType, unknown)
		}
	}
	if err != nil {
		return ErrBadRequest.Explain("%v", err)
	}
	return nil
}

// readAside reads what travels beside the arguments.
func (r *request) readAside(c *entrypoint.Call, p preface) *fault.Error {
	left, err := leftOf(p.left)
	err = cmp.Or(err, checkIDs(c.ID, p.stack))
	switch {
	case err != nil:
		return ErrBadRequest.Explain("%v", err)
	case left == 0:
		return ErrExpired
	}
	c.Deadline, c.Data, c.Parents = r.received.Add(left), p.data, split(p.stack)
	switch {
	case c.ID != "":
	case r.direct:
		c.ID = tokenOf(r.msg.Reply) // without the part that is its caller's secret
	default:
		c.ID = r.server.newID()
	}
	return nil
}

// readAttempt prepares a call whose caller takes part in the direct protocol.
func (r *request) readAttempt(c *entrypoint.Call) *fault.Error {
	if r.served.delivery == atMostOnce && r.header(headerBegun) != "" {
		return ErrWorkerLost.Explain("%s.%s is declared at-most-once and may have begun on an instance that was lost",
			r.server.host.Service(), r.name)
	}
	if attempt := r.header(headerAttempt); attempt != "" {
		c.Attempt, _ = strconv.Atoi(attempt) // 0 for what is none
	}
	c.Patience = localWait
	return nil
}

// Interrupt tells the caller, while the service has to leave, that the call is to
// run elsewhere, if it may. What the method still returns is dropped.
func (r *request) Interrupt() {
	mayRunAgain := r.direct && r.served.delivery != atMostOnce
	if mayRunAgain && r.server.ledger.end(r, nil) {
		r.server.say(kindHandback, r.msg.Reply)
	}
}

// Decode decodes the arguments.
func (r *request) Decode(into []any) error {
	return r.served.params.decode(r.codec, r.body, r.form, into)
}

// header returns a header of the request, "" where it is absent.
func (r *request) header(key string) string {
	if values := r.msg.Header[key]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func split(stack string) []string {
	if stack == "" {
		return nil
	}
	all := strings.Split(stack, ",")
	return all[max(0, len(all)-entrypoint.MaxParents):]
}

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
		workers := r.served.host.Workers()
		r.refuse(ErrOverloaded.Explain("%s.%s: %d calls wait for %d workers already (configuration key workers)",
			r.server.host.Service(), r.served.name, 10*workers, workers))
	}
}

// Done answers with the outcome of the method.
func (r *request) Done(out any, err error) {
	r.served.counters.Count(time.Since(r.received))
	switch err {
	case nil:
	case entrypoint.ErrExpired, entrypoint.ErrStopping, entrypoint.ErrBusy: //nolint:errorlint // these very values; what wraps them is a method's outcome
		r.notRun(err)
		return
	default:
		w := toWire(err)
		r.served.counters.Fail(oneLine(w.Message))
		r.fail(w)
		return
	}
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
