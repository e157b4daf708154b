package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

// Headers of requests and answers.
const (
	timeoutField = "X-Request-Timeout"
	callIDField  = "X-Call-Id"
)

var closed = web.Refuse(http.StatusServiceUnavailable, "the gateway starts or stops; try again")

// ServeHTTP answers a request.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.enter() {
		w.Header().Set("Connection", "close")
		web.Fail(w, r, "", closed)
		return
	}
	defer f.active.Done()
	x := &exchange{front: f, writer: w, request: r, call: entrypoint.Call{
		ID: entrypoint.NewID(), Kind: "http", Service: f.host.Service(), Parent: r.Context(),
	}}
	w.Header()[callIDField] = []string{x.call.ID}
	defer x.call.Cancel()
	if err := x.serve(); err != nil {
		web.Fail(w, r, x.call.ID, err)
	}
}

// exchange is one request and its answer.
type exchange struct {
	front   *front
	writer  http.ResponseWriter
	request *http.Request
	call    entrypoint.Call // that stands for the request: who is called knows its id
	timeout time.Duration
	body    []byte
}

func (x *exchange) serve() (err error) {
	if x.call.Data, err = x.front.admit(x.request, x.call.ID); err != nil {
		return err
	}
	to, err := x.front.destination(x.request)
	if err != nil {
		if err == errNotPost { //nolint:errorlint // this very value
			x.writer.Header().Set("Allow", http.MethodPost)
		}
		return err
	}
	if err := x.read(); err != nil {
		return err
	}
	select {
	case x.front.places <- struct{}{}:
		defer func() { <-x.front.places }()
	default:
		return web.Refuse(http.StatusServiceUnavailable, "too many requests are under way; try again")
	}
	if to.subject != "" {
		return x.ask(to.subject)
	}
	return x.forward(to.service, to.method)
}

// read reads the request, while it holds nobody up.
func (x *exchange) read() (err error) {
	if x.timeout, err = timeoutOf(x.request.Header.Get(timeoutField), x.front.settings.Timeout); err != nil {
		return err
	}
	if x.body, err = readBody(x.writer, x.request); err != nil {
		return err
	}
	x.call.Deadline = time.Now().Add(x.timeout)
	_ = http.NewResponseController(x.writer).SetWriteDeadline(x.call.Deadline.Add(writeTimeout)) // a writer that knows none has none
	return nil
}

// writeTimeout is how long a client may take to take an answer.
const writeTimeout = 30 * time.Second

// context returns that of what is asked on behalf of the request.
func (x *exchange) context() context.Context { return x.call.Context() }

// timeoutOf reads how long a client wants to wait: a duration of Go, or seconds.
func timeoutOf(text string, most time.Duration) (time.Duration, error) {
	if text == "" {
		return most, nil
	}
	d, err := time.ParseDuration(text)
	if seconds, e := strconv.ParseFloat(text, 64); e == nil && seconds <= most.Seconds() {
		d, err = time.Duration(seconds*float64(time.Second)), nil
	} else if e == nil && seconds > most.Seconds() {
		d, err = most, nil
	}
	if err != nil || d <= 0 {
		return 0, fault.Newf(fault.Invalid, "header %s: have %.40q, want a duration above 0, as in 2s, or seconds, as in 2", timeoutField, text)
	}
	return min(d, most), nil
}

// forward calls a method.
func (x *exchange) forward(service, method string) error {
	args, err := argumentsOf(x.request, x.body)
	if err != nil {
		return err
	}
	result, err := x.front.proxy.Call(x.context(), service+"."+method, args)
	if err != nil {
		return x.explain(service, err)
	}
	text, err := result.JSON()
	if err != nil {
		return err
	}
	x.write(http.StatusOK, text)
	return nil
}

// explain says of what the framework itself refused what the client can make of it.
func (x *exchange) explain(service string, err error) error {
	said, _ := errors.AsType[*fault.Error](err)
	switch {
	case errors.Is(err, rpc.ErrUnknownService):
		return web.Refuse(http.StatusServiceUnavailable, fmt.Sprintf("no instance of %s is running; try again", service))
	case errors.Is(err, rpc.ErrOverloaded):
		return web.Refuse(http.StatusServiceUnavailable, "too many calls wait already; try again")
	case errors.Is(err, rpc.ErrUnknownMethod):
		return fault.New(fault.NotFound, said.Message)
	case errors.Is(err, rpc.ErrBadArguments), errors.Is(err, rpc.ErrMalformed):
		return fault.New(fault.Invalid, said.Message)
	default:
		return x.explainTime(err)
	}
}

// slack is by how much a method may learn of its deadline before the gateway does.
const slack = 20 * time.Millisecond

func (x *exchange) explainTime(err error) error {
	over := fault.CodeOf(err) == fault.Timeout && time.Until(x.call.Deadline) < slack
	switch {
	case over, errors.Is(err, rpc.ErrTimeout), errors.Is(err, rpc.ErrExpired):
		return fault.Newf(fault.Timeout, "no answer within %v (header %s, at most %s)", x.timeout, timeoutField, timeoutKey).Because(err)
	case errors.Is(err, broker.ErrDisconnected), errors.Is(err, broker.ErrClosed):
		return web.Refuse(http.StatusServiceUnavailable, "the gateway cannot reach the services; try again")
	default:
		return err
	}
}

// write answers with a JSON document.
func (x *exchange) write(status int, text []byte) {
	if len(text) == 0 {
		text = []byte("null")
	}
	h := x.writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		h.Set("Retry-After", "1")
	}
	if status == http.StatusNoContent || status == http.StatusResetContent || status == http.StatusNotModified {
		x.writer.WriteHeader(status)
		return
	}
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(text)))
	x.writer.WriteHeader(status)
	_, _ = x.writer.Write(text) // the client is gone
}
