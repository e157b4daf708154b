package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
)

// callIDField is the header of an answer with the id of the call, which is in the log.
const callIDField = "X-Call-Id"

// exchange is one request and its answer. Its exported methods are called by the host.
type exchange struct {
	route   *route
	call    entrypoint.Call
	request *http.Request
	body    []byte    // of a typed route
	writer  watchful  // of a raw route
	id      [1]string // of the call, as it stands in a header map

	mu  sync.Mutex // guards what follows: a service that is killed ends calls on its own
	out any
	err error
}

var _ entrypoint.Stimulus = (*exchange)(nil)

// ServeHTTP answers a request. It runs on the goroutine of net/http, the method, too.
func (e *route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !e.open.Load() {
		w.Header().Set("Connection", "close")
		Fail(w, r, "", errClosed)
		return
	}
	x := &exchange{route: e, request: r}
	if err := x.prepare(w, r); err != nil {
		x.unbound(w)
		e.fail(w, r, x, err)
		return
	}
	err := e.host.Do(r.Context(), &x.call, nil)
	x.unbound(w)
	if err != nil {
		e.fail(w, r, x, err)
		return
	}
	out, err := x.outcome()
	if err != nil {
		e.fail(w, r, x, err)
		return
	}
	if !e.raw {
		e.answer(w, r, x, out)
	}
}

// prepare makes the call.
func (x *exchange) prepare(w http.ResponseWriter, r *http.Request) (err error) {
	e, c := x.route, &x.call
	c.ID, c.Kind, c.Name, c.Method, c.Stimulus, c.Parent = entrypoint.NewID(), kind, e.name, e.method, x, r.Context()
	if e.timeout > 0 {
		c.Deadline = time.Now().Add(e.timeout)
	}
	x.id[0] = c.ID
	w.Header()[callIDField] = x.id[:]
	if r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, r.Body, e.limit)
	}
	x.bound(w)
	if err := x.admit(r); err != nil {
		return err
	}
	if e.raw {
		x.writer.ResponseWriter = w
		return nil
	}
	if err := x.read(); err != nil {
		return err
	}
	return c.Bind() // what is wrong with the request is said without using a worker
}

// admit asks the guard, within the time of the call.
func (x *exchange) admit(r *http.Request) (err error) {
	if !x.call.Deadline.IsZero() && x.route.guard.auth != nil {
		ctx, cancel := context.WithDeadline(r.Context(), x.call.Deadline)
		defer cancel()
		r = r.WithContext(ctx)
	}
	x.call.Data, err = x.route.guard.admit(r, x.call.ID, x.route.public)
	return err
}

// read reads the body, while no worker waits for it.
func (x *exchange) read() (err error) {
	if x.request.Body == http.NoBody || !x.route.binding.TakesBody() {
		return nil
	}
	if n := x.request.ContentLength; n > 0 && n <= x.route.limit {
		x.body = make([]byte, 0, min(n+1, trusted))
	}
	x.body, err = readAll(x.request.Body, x.body)
	return incomplete(err)
}

// trusted is how much room a request gets for the length that it claims to have, before
// it is there.
const trusted = 16 << 10

// incomplete says why a body did not come to its end; one that is too large is known.
func incomplete(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return statusError{http.StatusRequestTimeout, "the request did not come to its end in time"}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return statusError{http.StatusBadRequest, "the body ended before its end"}
}

// readAll is io.ReadAll into a buffer.
func readAll(from io.Reader, buffer []byte) ([]byte, error) {
	for {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := from.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if errors.Is(err, io.EOF) {
			return buffer, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Decode fills the parameters.
func (x *exchange) Decode(into []any) error {
	if !x.route.raw {
		return x.route.binding.Decode(x.request, x.body, into)
	}
	*into[0].(*http.ResponseWriter) = &x.writer
	*into[1].(**http.Request) = x.request.WithContext(x.call.Context())
	return nil
}

// Interrupt does nothing: a request cannot be given to another process.
func (*exchange) Interrupt() {}

// Done takes the outcome.
func (x *exchange) Done(out any, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.out, x.err = out, err
}

func (x *exchange) outcome() (any, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.out, x.err
}

// fail answers with the problem that err is. An answer that has begun is broken off, so
// that it is not taken for a whole one.
func (e *route) fail(w http.ResponseWriter, r *http.Request, x *exchange, err error) {
	if x.writer.hijacked {
		return // the connection is the method's
	}
	if e.raw && !x.call.Deadline.IsZero() && !time.Now().Before(x.call.Deadline) {
		e.host.Logger().WarnContext(r.Context(), "raw route ran into its timeout", "method", e.name, "call_id", x.call.ID, "after", e.timeout, "setting", e.timeoutKey)
	}
	if x.writer.begun {
		panic(http.ErrAbortHandler) //nolint:forbidigo // how net/http is told
	}
	if e.secretPath() {
		r = &http.Request{Method: r.Method, Header: r.Header, URL: &url.URL{Path: e.path}}
	}
	Fail(w, r, x.call.ID, e.explain(x, err))
}

// secretPath reports whether a wildcard of the route is sensitive, so that a problem must
// not repeat the path.
func (e *route) secretPath() bool {
	return len(e.method.Sensitive) > 0 && slices.ContainsFunc(wildcards(e.path), func(name string) bool {
		_, hidden := e.method.HideNamed(name)
		return hidden
	})
}

// explain says of what the framework itself refused what the client can make of it.
func (e *route) explain(x *exchange, err error) error {
	cut := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
	if refused := refusal(&x.call, err, cut, e.timeout, e.timeoutKey); refused != nil {
		return refused
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return statusError{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d bytes", tooLarge.Limit)}
	}
	return err
}

// bound lets nobody wait longer for the client than the call may take: a worker that reads
// what does not come, or writes what nobody takes, would not be free again. What the
// server does for every request is enough where the route has its usual time. A writer
// that knows no deadlines has none.
func (x *exchange) bound(w http.ResponseWriter) {
	deadline := x.call.Deadline
	if x.request.Body != http.NoBody && !deadline.IsZero() && x.route.timeout < readTimeout {
		_ = http.NewResponseController(w).SetReadDeadline(deadline) // net/http ends it with the request
	}
	if !x.route.usual {
		_ = http.NewResponseController(w).SetWriteDeadline(deadline) // as above
	}
}

// unbound lets what is left of the answer be written after the call.
func (x *exchange) unbound(w http.ResponseWriter) {
	if !x.route.usual && !x.writer.hijacked {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout))
	}
}
