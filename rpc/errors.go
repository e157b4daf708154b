package rpc

import (
	"strconv"
	"strings"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/fault"
)

// Errors of calls that did not reach a method or whose answer did not come back.
// A caller finds them with errors.Is; a service that passes one on to its own
// caller passes on the code and the message only, so that it is never taken for
// its own.
var (
	// ErrUnknownService: no instance of the service is running, and none was in the
	// last week. Calls of a service that was wait for it.
	ErrUnknownService = fault.Declare("svc.unknown_service", fault.Unavailable, "unknown service")
	// ErrUnknownMethod: the service has no such method.
	ErrUnknownMethod = fault.Declare("svc.unknown_method", fault.NotFound, "unknown method")
	// ErrBadArguments: the arguments do not fit the method.
	ErrBadArguments = fault.Declare("svc.bad_arguments", fault.Invalid, "bad arguments")
	// ErrMalformed: the body is not what its content type says.
	ErrMalformed = fault.Declare("svc.malformed", fault.Invalid, "malformed body")
	// ErrBadRequest: a header of the request cannot be read.
	ErrBadRequest = fault.Declare("svc.bad_request", fault.Invalid, "bad request")
	// ErrOverloaded: more calls wait for a worker than the service lets wait.
	ErrOverloaded = fault.Declare("svc.overloaded", fault.Exhausted, "overloaded")
	// ErrStopping: the service stopped before a worker was free.
	ErrStopping = fault.Declare("svc.stopping", fault.Unavailable, "the service is stopping")
	// ErrBadResult: the result cannot be encoded, is too large, or does not fit
	// what the caller expects.
	ErrBadResult = fault.Declare("svc.bad_result", fault.Internal, "bad result")
	// ErrTimeout: no answer came in time. The method may have run.
	ErrTimeout = fault.Declare("svc.timeout", fault.Timeout, "no answer in time")
	// ErrWorkerLost: the instance that ran the call was lost, and it is not to run
	// again: its method is declared at-most-once, or the call has ended as many
	// instances as is taken for chance.
	ErrWorkerLost = fault.Declare("svc.worker_lost", fault.Unavailable, "the instance that ran the call was lost")
	// ErrExpired: the time of the call was up before a worker was free.
	ErrExpired = fault.Declare("svc.expired", fault.Timeout, "the time of the call was up before a worker was free")
)

// wireFault is an error as the body of a reply.
type wireFault struct {
	Code    fault.Code `json:"code"`
	Name    string     `json:"name,omitempty"`
	Message string     `json:"message"`
	Class   string     `json:"class,omitempty"`
	Details any        `json:"details,omitempty"`
}

// toWire returns the outcome of a method as it crosses. The framework's own
// names are dropped: they speak of a call that this method made, not of this one.
// A code that is none is internal: without one the answer would be a result.
func toWire(err error) wireFault {
	e := fault.From(err)
	w := wireFault{Code: e.Code, Name: e.Name, Message: e.Message, Class: e.Class, Details: e.Details}
	if !e.Code.Valid() {
		w.Code = fault.Internal
	}
	if strings.HasPrefix(e.Name, fault.Reserved) {
		w.Name = ""
	}
	if w.Details == nil {
		_ = e.Decode(&w.Details) // details that came from elsewhere travel on
	}
	return w
}

// refusal returns an error of the framework's own as it crosses.
func refusal(e *fault.Error) wireFault {
	return wireFault{Code: e.Code, Name: e.Name, Message: e.Message}
}

// overloaded is the answer to a call for which a method has no room.
func overloaded(target string, workers int) *fault.Error {
	return ErrOverloaded.Explain("%s: %d calls wait for %d workers already (configuration key workers)", target, 10*workers, workers)
}

// headers returns the headers of an error reply.
func (w wireFault) headers(contentType string) broker.Header {
	h := broker.Header{
		headerType:    {contentType},
		headerCode:    {strconv.Itoa(w.Code.Status())},
		headerMessage: {oneLine(w.Message)},
	}
	if w.Name != "" {
		h[headerFault] = []string{oneLine(w.Name)}
	}
	return h
}

// maxHeader bounds the message in a header; the body has all of it.
const maxHeader = 256

// oneLine makes text fit for a header value.
func oneLine(text string) string {
	if len(text) > maxHeader {
		text = strings.ToValidUTF8(text[:maxHeader], "") + "…"
	}
	return strings.Join(strings.Fields(text), " ")
}

// fromWire returns the error of a reply, nil where it is none. That of a service
// that is not ours is in the headers alone.
func fromWire(m *broker.Msg) error {
	status := m.Header.Get(headerCode)
	if status == "" {
		return nil
	}
	c, err := codec.For(m.Header.Get(headerType))
	var w wireFault
	if err != nil || c.Decode(m.Data, &w) != nil || !w.Code.Valid() {
		number, _ := strconv.Atoi(status) // 0, which is internal, for what is none
		return fault.New(fault.FromStatus(number), m.Header.Get(headerMessage))
	}
	e := &fault.Error{Code: w.Code, Name: w.Name, Message: w.Message, Class: w.Class}
	return e.Received(func(into any) error {
		return c.Decode(m.Data, &wireFault{Details: into})
	})
}
