package web

import (
	"context"
	"errors"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// socketRequest is one request of a socket, or the run of a hook. Its exported methods
// are called by the host.
type socketRequest struct {
	ask
	conn   *Conn
	served *socketMethod
	call   entrypoint.Call
}

var _ entrypoint.Stimulus = (*socketRequest)(nil)

// prepare makes the call.
func (r *socketRequest) prepare() {
	e, c := r.served, &r.call
	c.ID, c.Kind, c.Name, c.Method, c.Stimulus = entrypoint.NewID(), socketKind, e.Name, e.method, r
	c.Data, c.Parent = r.conn.data, r.conn.parent
	if e.limit > 0 {
		c.Deadline = time.Now().Add(e.limit)
	}
}

// Decode fills the parameters.
func (r *socketRequest) Decode(into []any) error { return r.served.arguments.decode(r.Data, into) }

// Interrupt does nothing: a request cannot be given to another process.
func (*socketRequest) Interrupt() {}

// Done answers.
func (r *socketRequest) Done(out any, err error) {
	defer r.conn.leave()
	if err != nil {
		r.conn.refuse(r.ask, r.call.ID, r.explain(err))
		return
	}
	frame, err := resultFrame(r.Correlation, out)
	if err != nil {
		r.served.host.Logger().Error("the result of a request of a websocket cannot be encoded",
			"method", r.served.Name, "call_id", r.call.ID, "error", err)
		r.conn.refuse(r.ask, r.call.ID, err)
		return
	}
	_ = r.conn.raw.Send(frame) // a client that is gone
}

// explain says of what the framework itself refused what the client can make of it.
func (r *socketRequest) explain(err error) error {
	cut := errors.Is(err, context.DeadlineExceeded)
	if refused := refusal(&r.call, err, cut, r.served.limit, r.served.timeoutKey); refused != nil {
		return refused
	}
	return err
}
