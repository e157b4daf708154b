package rpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/internal/suggest"
)

// caller makes the calls of one service, or of one program that is none.
type caller struct {
	conn     *broker.Conn
	inbox    *broker.Inbox
	settings settings
	tracer   dependency.Tracer // nil for nobody
	sent     *dependency.Sent  // nil where the program is no service
	peers    sync.Map          // name of the service → *peer
	patrol   *patrol
	known    interface { // of *known, in tests of another
		has(ctx context.Context, service string) bool
	}
}

type callerKey struct{ service string }

// callerOf returns the caller of the service that h hosts.
func callerOf(h dependency.Host) (*caller, error) {
	return dependency.Shared(h, callerKey{h.Service()}, func() (*caller, error) {
		l, err := connect(h)
		if err != nil {
			return nil, err
		}
		c := newCaller(l.conn, h.Service(), l.settings)
		p := dependency.ProcessOf(h)
		c.tracer, c.sent = p.Tracer(), p.Sent(h.Service())
		return c, nil
	})
}

func newCaller(conn *broker.Conn, name string, set settings) *caller {
	c := &caller{conn: conn, inbox: conn.Inbox(name), settings: set, known: newKnown(conn)}
	c.patrol = newPatrol(c)
	conn.OnForbidden(c.forbidden)
	return c
}

// forbidden tells the calls that were sent to a subject that they did not pass.
func (c *caller) forbidden(subject string) {
	c.inbox.Each(func(r broker.Receiver) {
		switch r := r.(type) {
		case *flight:
			if c.subject(r.target) == subject {
				r.post(heard{word: forbidden})
			}
		case *question:
			r.barred(subject)
		}
	})
}

// Start subscribes the inbox for replies.
func (c *caller) Start(ctx context.Context) error { return c.inbox.Start(ctx) }

// Stop ends it.
func (c *caller) Stop(ctx context.Context) error {
	c.patrol.stop()
	return c.inbox.Stop(ctx)
}

// target is what is called, and how long to wait.
type target struct {
	service, method string
	timeout         time.Duration // 0 for that of the configuration
	setting         string        // what set the timeout, for messages
	atOnce          bool          // it does not wait for a service of which no instance is running

	// Where they were resolved in advance:
	subject string
	peer    *peer
	tally   *dependency.Tally
}

func (t target) String() string { return t.service + "." + t.method }

// budget returns how long to wait for an answer, and what says so. Of the time
// that the context leaves, a millisecond is kept for the way back.
func (c *caller) budget(ctx context.Context, t target) (time.Duration, string) {
	left, setting := t.timeout, t.setting
	if left == 0 {
		left, setting = c.settings.Timeout, c.settings.source
	}
	if end, ok := ctx.Deadline(); ok {
		if rest := time.Until(end) - time.Millisecond; rest < left {
			return rest, "deadline of the caller's context"
		}
	}
	return left, setting
}

// call is request for who counts, and for a tracer, if there is one. It does what watch
// does, without its allocations.
func (c *caller) call(ctx context.Context, t target, args body) (reply *broker.Msg, err error) {
	if t.tally == nil {
		t.tally = c.tallyOf(t)
	}
	if c.tracer == nil {
		reply, err = c.request(ctx, t, args)
		t.tally.Count(err)
		return reply, err
	}
	ctx, end := c.tracer.Outgoing(ctx, dependency.Outgoing{Kind: kind, Target: t.String()})
	reply, err = c.request(ctx, t, args)
	t.tally.Count(err)
	end(err)
	return reply, err
}

// resolve looks up what is the same for every call that a field of a service makes.
func (c *caller) resolve(t target) target {
	t.subject, t.peer, t.tally = c.subject(t), c.peerOf(t), c.tallyOf(t)
	return t
}

// watch tells who counts, and a tracer, if there is one, of something that is sent. The
// context is that to send it under; end tells them its outcome.
func (c *caller) watch(ctx context.Context, kind, to string) (_ context.Context, end func(error)) {
	out := dependency.Outgoing{Kind: kind, Target: to}
	traced := func(error) {}
	if c.tracer != nil {
		ctx, traced = c.tracer.Outgoing(ctx, out)
	}
	tally := c.sent.To(out)
	return ctx, func(err error) {
		tally.Count(err)
		traced(err)
	}
}

// tallyOf returns what counts the calls of a target; nil where nothing does.
func (c *caller) tallyOf(t target) *dependency.Tally {
	if c.sent == nil { // the name of the target is not made for nothing
		return nil
	}
	return c.sent.To(dependency.Outgoing{Kind: kind, Target: t.String()})
}

// request sends a request and returns the reply, which is not an error.
func (c *caller) request(ctx context.Context, t target, args body) (*broker.Msg, error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, fmt.Errorf("call %s: %w", t, context.Cause(ctx))
	}
	left, setting := c.budget(ctx, t)
	if left <= 0 {
		return nil, timedOut(t, left, setting, "")
	}
	f := c.newFlight(t)
	defer f.land()
	if err := f.out.write(ctx, c, t, args, left); err != nil {
		return nil, fmt.Errorf("call %s: %w", t, err)
	}
	f.out.msg.Reply = f.address.Subject
	reply, err := f.fly(ctx, left)
	switch {
	case err == errLate: //nolint:errorlint // this very value
		return nil, timedOut(t, left, setting, f.whereabouts())
	case errors.Is(err, broker.ErrNoResponders) && t.atOnce:
		return nil, fmt.Errorf("call %s: %w", t, ErrUnknownService.Explain("no instance of %s is running", t.service))
	case errors.Is(err, broker.ErrNoResponders):
		return nil, c.unknownService(ctx, t, time.Until(f.end))
	case err != nil:
		return nil, fmt.Errorf("call %s: %w", t, err)
	}
	f.peer.succeeded()
	if err := fromWire(reply); err != nil {
		return nil, fmt.Errorf("call %s: %w", t, err)
	}
	return reply, nil
}

// post sends what may get lost: it is sent again, or asked for.
func (c *caller) post(m *broker.Msg) {
	if err := c.conn.Send(m); err != nil && !errors.Is(err, broker.ErrDisconnected) && !errors.Is(err, broker.ErrClosed) {
		c.conn.Logger().Warn("message of a call cannot be sent", "subject", m.Subject, "error", err)
	}
}

// tell says something of one call.
func (c *caller) tell(subject, key string) {
	c.post(&broker.Msg{Subject: subject, Data: encode([]string{key})})
}

// decline gives an offer back.
func (c *caller) decline(subject string) {
	c.post(&broker.Msg{Subject: subject, Header: broker.Header{headerKind: {kindDecline}}})
}

// eachLine calls f for every line.
func (c *caller) eachLine(f func(*line)) {
	c.peers.Range(func(_, p any) bool {
		if p := p.(*peer); p.lined.Load() > 0 {
			p.each(f)
		}
		return true
	})
}

// subject returns where calls of t are sent.
func (c *caller) subject(t target) string {
	if t.subject != "" {
		return t.subject
	}
	return subjectOf(c.conn.Namespace(), t.service, t.method)
}

func timedOut(t target, left time.Duration, setting, whereabouts string) error {
	return fmt.Errorf("call %s: %w", t,
		ErrTimeout.Explain("%s (%s)%s", lateness(left), setting, whereabouts))
}

// lateness says that there was no answer in a time, which is shown as a person would.
func lateness(left time.Duration) string {
	switch {
	case left <= 0:
		return "no answer within the deadline, which had passed"
	case left > time.Millisecond:
		left = left.Round(time.Millisecond)
	}
	return fmt.Sprintf("no answer within %v", left)
}

// unknownService says who is running instead.
func (c *caller) unknownService(ctx context.Context, t target, left time.Duration) error {
	text := fmt.Sprintf("unknown service %q: no instance is running", t.service)
	if c.conn.Restricted() { // it may not ask who is
		return fmt.Errorf("call %s: %w", t, ErrUnknownService.Explain("%s", text))
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	names, err := c.conn.Services(ctx)
	switch {
	case err != nil: // the error to tell is the one that led here
	case len(names) == 0:
		text += ", nor of any other service"
	default:
		text += "; " + cmp.Or(suggest.Hint(t.service, names), "running are "+suggest.List(names))
	}
	return fmt.Errorf("call %s: %w", t, ErrUnknownService.Explain("%s", text))
}

// decodeResults stores the results of a call into what into points to.
func decodeResults(t target, c codec.Codec, data []byte, into ...any) error {
	var err error
	switch len(into) {
	case 0:
		return nil
	case 1:
		err = c.Decode(data, into[0])
	default:
		err = c.DecodeArray(data, into, len(into))
	}
	if err != nil {
		return fmt.Errorf("call %s: %w", t, ErrBadResult.Explain("result: %v", err))
	}
	return nil
}
