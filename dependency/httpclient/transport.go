package httpclient

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
)

// transport is the way of a request to the API: within its time, with what it carries,
// again where that may help.
type transport struct {
	*api
	config Config
	tracer dependency.Tracer // nil for nobody
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.within(r.URL); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.config.Timeout)
	sent, end := t.trace(ctx, r)
	answer, err := t.persist(t.loaded(sent, r))
	if err != nil {
		err = t.explain(r, err)
		cancel()
		end(err)
		return nil, err
	}
	end(failure(r, answer))
	answer.Body = &body{ReadCloser: answer.Body, left: t.config.Body, request: r, transport: t, cancel: cancel}
	return answer, nil
}

// trace begins the client's side of a span.
func (t *transport) trace(ctx context.Context, r *http.Request) (context.Context, func(error)) {
	if t.tracer == nil {
		return ctx, func(error) {}
	}
	return t.tracer.Outgoing(ctx, dependency.Outgoing{Kind: "http", Target: r.Method + " " + r.URL.Host})
}

// failure returns what a trace shows of an answer, nil for a good one.
func failure(r *http.Request, answer *http.Response) error {
	if answer.StatusCode < http.StatusInternalServerError {
		return nil
	}
	return fmt.Errorf("%s %s: have status %d", r.Method, r.URL.Host, answer.StatusCode)
}

// traceFields are the context data that says where a trace goes on, see W3C Trace
// Context.
var traceFields = []string{"traceparent", "tracestate"}

// loaded returns the request with the context data that it carries. What it has in its
// headers already stays.
func (t *transport) loaded(ctx context.Context, r *http.Request) *http.Request {
	r = r.Clone(ctx)
	data := entrypoint.Data(ctx)
	set := func(header, key string) {
		if text := data[key]; text != "" && r.Header.Get(header) == "" {
			r.Header.Set(header, text)
		}
	}
	for _, field := range traceFields {
		set(field, field)
	}
	for header, key := range t.config.Headers {
		set(header, key)
	}
	return r
}

const (
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

// persist sends a request, again where it may.
func (t *transport) persist(r *http.Request) (*http.Response, error) {
	pause := firstPause
	for retries := t.config.Retries; ; retries-- {
		answer, err := t.next.RoundTrip(r)
		if retries == 0 || !again(r, answer, err) {
			return answer, err
		}
		body, unreadable := bodyAgain(r)
		if unreadable != nil {
			return answer, err
		}
		if !wait(r.Context(), pause) {
			return answer, err
		}
		drop(answer)
		r = r.Clone(r.Context())
		r.Body, pause = body, min(2*pause, longestPause)
	}
}

// idempotent are the methods that have the same effect twice, see RFC 9110.
var idempotent = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete}

// passing are the statuses of an API that is about to come back.
var passing = []int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// again reports whether a request may be sent again, and whether that could help.
func again(r *http.Request, answer *http.Response, err error) bool {
	if !slices.Contains(idempotent, r.Method) || r.Context().Err() != nil {
		return false
	}
	return err != nil || slices.Contains(passing, answer.StatusCode)
}

// bodyAgain returns the body of a request from its beginning.
func bodyAgain(r *http.Request) (io.ReadCloser, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return r.Body, nil
	}
	if r.GetBody == nil {
		return nil, http.ErrBodyReadAfterClose
	}
	return r.GetBody()
}

func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// drop closes an answer that nobody reads.
func drop(answer *http.Response) {
	if answer != nil {
		_ = answer.Body.Close()
	}
}

// explain says what went wrong, and which setting has to do with it. The context of r is
// the caller's.
func (t *transport) explain(r *http.Request, err error) error {
	what := fmt.Sprintf("http client %s: %s %s", t.name, r.Method, r.URL.Path)
	if outer := r.Context(); outer.Err() != nil {
		return fmt.Errorf("%s: the call has ended: %w", what, context.Cause(outer))
	}
	if isTimeout(err) {
		return fault.Newf(fault.Timeout, "%s: no answer within %v (configuration key http.%s.timeout)", what, t.config.Timeout, t.name)
	}
	return fault.Newf(fault.Unavailable, "%s: the API is not available (configuration key http.%s.url)", what, t.name).Because(err)
}
