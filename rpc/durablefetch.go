package rpc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
)

// last returns the result of a call, and whether it is there.
func (s *submitter) last(ctx context.Context, d *depot, h Handle) (*broker.Msg, bool, error) {
	return d.results.Last(ctx, resultSubject(s.caller.conn.Namespace(), h.service, h.id))
}

// look returns the result of a call, ErrPending where it is not there yet. Then
// again is when to look once more: it cannot be expected to change by itself before.
func (s *submitter) look(ctx context.Context, h Handle) (m *broker.Msg, again time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.caller.settings.Timeout)
	defer cancel()
	d, err := s.depots.of(ctx, h.service)
	if err != nil {
		return nil, again, err
	}
	if m, found, err := s.last(ctx, d, h); found || err != nil {
		return m, again, err
	}
	e, queued, err := d.queue.At(ctx, h.sequence)
	switch {
	case err != nil:
		return nil, again, err
	case queued && e.Msg.Header.Get(headerID) == h.id:
		return nil, lookAgain(e.Msg, e.Stored), ErrPending
	}
	if m, found, err := s.last(ctx, d, h); found || err != nil { // its result is stored before it leaves the queue
		return m, again, err
	}
	return nil, again, ErrNoResult.Explain("there is no result: the time of the call was up before it ran, or its result is older than %v", durableKept)
}

// Who waits for a result is told when it is published, which may be just before it
// is stored, and before who waits has subscribed; what is told also gets lost with
// the connection, and nobody tells that a call has expired. So a look is repeated,
// soon at first.
const (
	lookSoon   = 5 * time.Millisecond
	lookLate   = time.Second     // where the worker sends it, too
	lookExpiry = 2 * time.Second // after the time of the call is up
	lookSeldom = 10 * time.Second
)

// lookAgain returns when to look for the result of a call that is in the queue even
// where nothing has happened.
func lookAgain(m *broker.Msg, at time.Time) time.Time {
	wait := lookSeldom
	if left, err := leftOf(m.Header.Get(headerLeft), defaultTimeout); err == nil {
		wait = min(wait, max(time.Until(at.Add(left)), 0)+lookExpiry)
	}
	return time.Now().Add(wait)
}

// peek is look for who does not look again.
func (s *submitter) peek(ctx context.Context, h Handle) (*broker.Msg, error) {
	m, _, err := s.look(ctx, h)
	return m, err
}

// fetch waits for the result of a call, for as long as ctx lives.
func (s *submitter) fetch(ctx context.Context, h Handle) (*broker.Msg, error) {
	told := make(results, 1)
	sub, err := s.caller.conn.Subscribe(resultSubject(s.caller.conn.Namespace(), h.service, h.id), "",
		func(*broker.Msg) { told.Receive(nil) }) // not stored yet
	if err != nil {
		return nil, err
	}
	defer sub.Stop(ctx) //nolint:errcheck // nobody listens any more
	if err := s.caller.conn.Flush(ctx); err != nil && ctx.Err() == nil {
		return nil, err
	}
	return s.await(ctx, h, told, 0)
}

// await waits for the result of a call, until it is told of it, or told that it is
// to look, and looks for it by itself.
func (s *submitter) await(ctx context.Context, h Handle, told <-chan *broker.Msg, first time.Duration) (*broker.Msg, error) {
	timer := time.NewTimer(first)
	defer timer.Stop()
	for wait := lookSoon; ; wait = min(2*wait, lookSeldom) {
		seen := s.caller.conn.Connections()
		select {
		case m := <-told:
			if m != nil {
				return m, nil
			}
			wait = lookSoon
		case <-timer.C:
		case <-ctx.Done():
			return nil, ErrPending.Because(context.Cause(ctx))
		case <-s.caller.conn.Closed():
			return nil, broker.ErrClosed
		}
		if seen != s.caller.conn.Connections() {
			wait = lookSoon
		}
		m, again, err := s.look(ctx, h)
		switch {
		case ctx.Err() != nil && (errors.Is(err, ErrPending) || errors.Is(err, ctx.Err())):
			return nil, ErrPending.Because(context.Cause(ctx))
		case !passes(err):
			return m, err
		}
		if wait = max(wait, first); !again.IsZero() {
			wait = min(wait, time.Until(again))
		}
		timer.Reset(wait)
	}
}

// passes reports whether a result may still come after a look that ended so.
func passes(err error) bool {
	return errors.Is(err, ErrPending) || errors.Is(err, broker.ErrDisconnected) || errors.Is(err, context.DeadlineExceeded)
}

// resultOf reads a result as its caller gets it.
func resultOf(h Handle, m *broker.Msg, err error) (Result, error) {
	if err != nil {
		return Result{}, fmt.Errorf("result of %s: %w", h, err)
	}
	if err := fromWire(m); err != nil {
		return Result{}, fmt.Errorf("call %s: %w", h.target(), err)
	}
	c, err := codec.For(m.Header.Get(headerType))
	if err != nil {
		return Result{}, fmt.Errorf("call %s: %w", h.target(), ErrBadResult.Explain("header %s: %v", headerType, err))
	}
	return Result{target: h.target(), codec: c, data: m.Data, returned: true}, nil
}

// results takes the result that a worker sends.
type results chan *broker.Msg

// Receive takes the first.
func (r results) Receive(m *broker.Msg) {
	select {
	case r <- m:
	default:
	}
}
