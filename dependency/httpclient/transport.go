package httpclient

import (
	"cmp"
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
	sent   func(service string) *dependency.Sent
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := cmp.Or(t.within(r.URL), t.sendable(r)); err != nil {
		discard(r.Body)
		return nil, err
	}
	ctx, cancel := context.WithDeadline(r.Context(), t.deadline(r))
	sent, end := t.trace(ctx, r)
	answer, err := t.send(sent, r)
	if err != nil {
		cancel()
		end(err)
		return nil, err
	}
	end(failure(r, answer))
	answer.Body = &body{ReadCloser: answer.Body, left: t.config.Body, request: r, transport: t, cancel: cancel}
	return answer, nil
}

// deadline is when the time of a request is over. Where it was redirected, that is the
// one of the first.
func (t *transport) deadline(r *http.Request) time.Time {
	if via := r.Response; via != nil && via.Request != nil {
		if began, ok := via.Request.Context().Deadline(); ok {
			return began
		}
	}
	return time.Now().Add(t.config.Timeout)
}

// send sends a request with what it carries. The context is that of the request with its
// time and trace.
func (t *transport) send(ctx context.Context, r *http.Request) (*http.Response, error) {
	loaded, err := t.loaded(ctx, r)
	if err != nil {
		discard(r.Body)
		return nil, err
	}
	answer, err := t.persist(loaded)
	if err != nil {
		return nil, t.explain(r, err)
	}
	return answer, nil
}

// trace begins the client's side of a span. The function that it returns counts the
// request, too.
func (t *transport) trace(ctx context.Context, r *http.Request) (context.Context, func(error)) {
	out := dependency.Outgoing{Kind: "http", Target: r.Method + " " + r.URL.Host}
	tally := t.tallyOf(ctx, out)
	if t.tracer == nil {
		return ctx, tally.Count
	}
	ctx, end := t.tracer.Outgoing(ctx, out)
	return ctx, func(err error) { tally.Count(err); end(err) }
}

// tallyOf returns what counts the requests of the service whose call ctx is of; nil outside
// of a call.
func (t *transport) tallyOf(ctx context.Context, out dependency.Outgoing) *dependency.Tally {
	call := entrypoint.FromContext(ctx)
	if call == nil || t.sent == nil {
		return nil
	}
	return t.sent(call.Service).To(out)
}

// failure returns what a trace shows of an answer, nil for a good one.
func failure(r *http.Request, answer *http.Response) error {
	if answer.StatusCode < http.StatusInternalServerError {
		return nil
	}
	return fmt.Errorf("%s %s: have status %d", r.Method, r.URL.Host, answer.StatusCode)
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
		if !wait(r.Context(), pause) {
			return answer, err
		}
		body, unreadable := bodyAgain(r)
		if unreadable != nil {
			return answer, err
		}
		if answer != nil {
			discard(answer.Body)
		}
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
	if !slices.Contains(idempotent, r.Method) || hasBody(r) && r.GetBody == nil || r.Context().Err() != nil {
		return false
	}
	return err != nil || slices.Contains(passing, answer.StatusCode)
}

func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }

// bodyAgain returns the body of a request from its beginning.
func bodyAgain(r *http.Request) (io.ReadCloser, error) {
	if !hasBody(r) {
		return r.Body, nil
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

// discard closes a body that nobody reads, where there is one.
func discard(body io.Closer) {
	if body != nil {
		_ = body.Close()
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
	return ErrUnavailable.Explain("%s: the API is not available (configuration key http.%s.url)", what, t.name).Because(err)
}
