package web

import (
	"net/http"
	"slices"

	"github.com/enoki-go/enoki/entrypoint"
)

var (
	_ entrypoint.Sourced  = (*exchange)(nil)
	_ entrypoint.Answered = (*exchange)(nil)
)

// verbs are the methods of HTTP that are called by their names in traces; a client may
// send any word.
var verbs = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	http.MethodConnect, http.MethodTrace,
}

// Source returns the method of HTTP and the route, as in "GET /orders/{id}".
func (x *exchange) Source() string {
	verb := x.request.Method
	if !slices.Contains(verbs, verb) {
		verb = "_OTHER"
	}
	return verb + " " + x.route.path
}

// Status returns the status of the answer to an outcome.
func (x *exchange) Status(out any, err error) int {
	reply, replies := out.(replier)
	switch {
	case x.writer.status != 0:
		return x.writer.status
	case err != nil:
		return publicOf(x.route.explain(x, err)).status
	case replies:
		if status, _, _ := reply.reply(); status != 0 {
			return status
		}
	}
	if x.route.status != 0 {
		return x.route.status
	}
	if !x.route.raw && emptied(out) {
		return http.StatusNoContent
	}
	return http.StatusOK
}

// emptied reports whether an answer with a result has no body.
func emptied(out any) bool {
	if reply, ok := out.(replier); ok {
		_, _, out = reply.reply()
	}
	return out == nil
}
