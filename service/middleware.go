package service

import (
	"context"
	"slices"

	"github.com/enoki-go/enoki/entrypoint"
)

// Handler runs a call and returns its outcome: a result, which is nil where the method has
// none, or an error. It runs on the goroutine that serves the call; ctx ends with the call.
type Handler func(ctx context.Context, c *entrypoint.Call) (any, error)

// Middleware wraps the run of every call, dependencies included: it sees the
// outcome that the caller will be told. The first one given is the outermost.
type Middleware func(next Handler) Handler

// wrapped returns what a call passes, from the outermost middleware to the method.
func (c *container) wrapped(all []Middleware) Handler {
	h := Handler(c.invoke)
	if c.spec.stubs != nil {
		h = c.invokeStub
	}
	if slices.ContainsFunc(c.spec.entries, func(e entry) bool { return len(e.method.Sensitive) > 0 }) {
		h = discreet(h)
	}
	for _, wrap := range slices.Backward(all) {
		h = wrap(h)
	}
	return h
}
