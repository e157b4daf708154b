package rpc

import (
	"fmt"
	"strconv"
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
		return r.served.params.refuse(r.target(), err)
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

// readAside reads what travels beside the arguments, and names the call.
func (r *request) readAside(c *entrypoint.Call, p preface) *fault.Error {
	if refused := p.fill(c, r.received, defaultTimeout); refused != nil {
		return refused
	}
	switch {
	case c.ID != "":
	case r.direct:
		c.ID = tokenOf(r.msg.Reply) // without the part that is its caller's secret
	default:
		c.ID = r.server.newID()
	}
	return nil
}

// localWait is how long a call waits here for a worker before its caller is told
// that there is none: calls arrive in bursts, and without it every small
// imbalance would cost a round of tickets.
const localWait = 5 * time.Millisecond

// readAttempt prepares a call whose caller takes part in the direct protocol.
func (r *request) readAttempt(c *entrypoint.Call) *fault.Error {
	if r.served.delivery == atMostOnce && r.header(headerBegun) != "" {
		return ErrWorkerLost.Explain("%s is declared at-most-once and may have begun on an instance that was lost", r.target())
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
func (r *request) header(key string) string { return first(r.msg.Header[key]) }

// target returns what is called, "service.method".
func (r *request) target() string { return r.server.host.Service() + "." + r.name }
