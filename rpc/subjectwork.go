package rpc

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// headerClass is there for an error that is not meant for the public: it names the Go
// type of one that its method did not declare, or the framework's own. The text
// of such an error is not meant for the public.
const headerClass = "Svc-Class"

var _ entrypoint.Stimulus = (*errand)(nil)

// errand is one message on a subject of the user's choice. Its exported methods are
// called by the host.
type errand struct {
	worked   *worked
	msg      *broker.Msg
	received time.Time
	codec    codec.Codec
	form     string // of the arguments
	call     entrypoint.Call
	ended    bool // the host has the outcome
}

// subjectReply is the body of an answer.
type subjectReply struct {
	Code int `json:"code"`
	Data any `json:"data"`
}

func newErrand(e *worked, m *broker.Msg) *errand {
	return &errand{worked: e, msg: m, received: time.Now()}
}

// read makes the call of the message, so that what is wrong with it is answered without
// a worker.
func (r *errand) read() *fault.Error {
	var p preface
	var err error
	if r.codec, err = codec.Of(first(r.msg.Header[headerType]), r.msg.Data); err != nil {
		return ErrBadRequest.Explain("header %s: %v", headerType, err)
	}
	c := &r.call
	c.ID, c.Kind, c.Name = first(r.msg.Header[headerID]), subjectKind, r.worked.options.Name
	c.Method, c.Stimulus = r.worked.method, r
	if err = p.readHeaders(r.msg.Header); err != nil {
		return ErrBadRequest.Explain("%v", err)
	}
	if refused := p.fill(c, r.received, r.worked.station.settings.Timeout); refused != nil {
		return refused
	}
	c.ID = cmp.Or(c.ID, r.worked.station.newID())
	r.form = cmp.Or(p.form, r.formOfBody())
	if err := c.Bind(); err != nil {
		return r.worked.params.refuse(r.target(), err)
	}
	return nil
}

// formOfBody takes an object for arguments by name where the parameters have names:
// senders that know no Svc-Args mean that.
func (r *errand) formOfBody() string {
	if len(r.worked.params.Names) > 0 && r.codec.Shape(r.msg.Data).Kind == codec.KindObject {
		return argsNamed
	}
	return ""
}

// target returns what is called, "service.method".
func (r *errand) target() string {
	return r.worked.host.Service() + "." + r.worked.options.Name
}

// Decode decodes the arguments.
func (r *errand) Decode(into []any) error {
	return r.worked.params.decode(r.codec, r.msg.Data, r.form, into)
}

// Interrupt does nothing: nobody else could be asked to run the call.
func (*errand) Interrupt() {}

// Done answers with the outcome of the method.
func (r *errand) Done(out any, err error) {
	r.ended = true
	r.worked.counters.Count(time.Since(r.received))
	switch {
	case err == nil:
		r.succeed(out)
	case entrypoint.Refused(err):
		r.notRun(err)
	default:
		w := toWire(err)
		r.worked.counters.Fail(oneLine(w.Message))
		r.fail(w.Code.Status(), w)
	}
}

func (r *errand) succeed(out any) {
	if r.msg.Reply == "" {
		return
	}
	body, err := codec.JSON.Append(nil, subjectReply{http.StatusOK, out})
	if err == nil {
		err = r.send(nil, body)
	}
	if _, unencodable := errors.AsType[*codec.EncodeError](err); unencodable || errors.Is(err, broker.ErrTooLarge) {
		r.worked.host.Logger().Error("result cannot be sent", "method", r.worked.options.Name, "call_id", r.call.ID, "error", err)
		r.refuse(ErrBadResult.Explain("result of %s: %v", r.target(), err))
		return
	}
	r.unsent(err)
}

// notRun answers a message that got no worker.
func (r *errand) notRun(err error) {
	switch {
	case errors.Is(err, entrypoint.ErrExpired):
		r.refuse(ErrExpired)
	case errors.Is(err, entrypoint.ErrStopping):
		r.refuse(ErrStopping)
	default: // for HTTP, a service that has no room is unavailable: 429 would blame its client
		r.fail(http.StatusServiceUnavailable, refusal(overloaded(r.target(), r.worked.host.Workers())))
	}
}

// refuse answers with an error of the framework's own.
func (r *errand) refuse(e *fault.Error) { r.fail(e.Code.Status(), refusal(e)) }

// fail answers with an error.
func (r *errand) fail(status int, w wireFault) {
	if r.msg.Reply == "" {
		r.worked.host.Logger().Warn("message without a reply subject failed", "subject", r.msg.Subject, "call_id", r.call.ID, "error", w.Message)
		return
	}
	h := w.headers(codec.JSON.ContentType())
	h.Set(headerCode, strconv.Itoa(status))
	if w.Code == fault.Internal || status >= http.StatusInternalServerError && strings.HasPrefix(w.Name, fault.Reserved) {
		h[headerClass] = []string{oneLine(cmp.Or(w.Class, w.Name, string(fault.Internal)))}
	}
	body, err := codec.JSON.Append(nil, subjectReply{status, w.Message})
	if err == nil {
		err = r.send(h, body)
	}
	if err != nil { // it is too large, or no text: the error matters more than its length
		body, _ = codec.JSON.Append(nil, subjectReply{status, oneLine(w.Message)})
		err = r.send(h, body)
	}
	r.unsent(err)
}

func (r *errand) unsent(err error) {
	if err != nil {
		r.worked.host.Logger().Error("answer cannot be sent", "subject", r.msg.Subject, "call_id", r.call.ID, "error", err)
	}
}

// send sends an answer. The outcome of a call waits for the broker where that is away,
// for the time that the call has: nobody will ask for the answer again.
func (r *errand) send(h broker.Header, body []byte) error {
	m := &broker.Msg{Subject: r.msg.Reply, Header: h, Data: body}
	if !r.ended {
		return r.worked.station.conn.Send(m)
	}
	return r.worked.station.conn.SendWhenUp(r.call.Context(), m, nil)
}
