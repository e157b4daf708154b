package broker

import (
	"context"
	"slices"
	"strings"
)

// OnForbidden calls f, from a goroutine of the connection, with each subject to
// which the broker did not let this process send. The message is lost; nothing else
// tells its sender.
func (c *Conn) OnForbidden(f func(subject string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forbidden = append(c.forbidden, f)
}

// tellForbidden tells whoever waits for what the broker did not let pass.
func (c *Conn) tellForbidden(err error) {
	subject, publish := forbiddenSubject(err.Error())
	if !publish {
		return
	}
	c.mu.Lock()
	all := slices.Clone(c.forbidden)
	for r := range c.requests {
		if r.about(subject) {
			r.cancel(forbiddenTo(subject))
		}
	}
	c.mu.Unlock()
	c.acks.bar(subject)
	for _, f := range all {
		f(subject)
	}
}

// forbiddenSubject reads the subject out of what the broker says, which is the only
// place where it stands. ok is false where it speaks of something else.
func forbiddenSubject(text string) (subject string, ok bool) {
	_, quoted, ok := strings.Cut(text, "Violation for Publish to ")
	subject, _, _ = strings.Cut(strings.TrimPrefix(quoted, `"`), `"`)
	return subject, ok
}

func forbiddenTo(subject string) error {
	return ErrForbidden.Explain("the broker's permissions forbid to publish to %s; svc permissions prints what a service needs", subject)
}

// storeRequest is a request to JetStream whose answer is waited for. Its subject is
// the affair of the client of JetStream; the stream stands in it.
type storeRequest struct {
	stream string
	cancel context.CancelCauseFunc
}

// about reports whether a message to a subject may have been this request.
func (r *storeRequest) about(subject string) bool {
	if !strings.HasPrefix(subject, "$JS.") {
		return false
	}
	return slices.Contains(strings.Split(subject, "."), r.stream) || strings.HasSuffix(subject, ".STREAM.NAMES")
}

// barrable returns a context that ends, with ErrForbidden as its cause, when the broker
// forbids a request about a stream; forget ends to listen for that.
func (c *Conn) barrable(ctx context.Context, stream string) (_ context.Context, forget func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	r := &storeRequest{stream, cancel}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.requests == nil {
		c.requests = make(map[*storeRequest]struct{})
	}
	c.requests[r] = struct{}{}
	return ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.requests, r)
		cancel(nil)
	}
}
