package rpc

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
)

// submitter makes the durable calls of one service, or of one program that is none.
type submitter struct {
	caller *caller
	depots *depots
}

func newSubmitter(c *caller) *submitter { return &submitter{c, newDepots(c.conn)} }

type submitterKey struct{ service string }

// submitterOf returns the submitter of the service that h hosts.
func submitterOf(h dependency.Host) (*submitter, error) {
	return dependency.Shared(h, submitterKey{h.Service()}, func() (*submitter, error) {
		c, err := callerOf(h)
		if err != nil {
			return nil, err
		}
		return newSubmitter(c), nil
	})
}

// submit stores a call. It is the budget of the call that bounds how long it may
// take; ctx, and the time that calls have by default, bound storing it.
func (s *submitter) submit(ctx context.Context, t target, args body) (Handle, error) {
	h, err := s.store(ctx, t, args, "")
	if err != nil {
		return Handle{}, fmt.Errorf("submit %s: %w", t, err)
	}
	return h, nil
}

// call stores a call and waits for its result, which its worker also sends here.
func (s *submitter) call(ctx context.Context, t target, args body) (Handle, *broker.Msg, error) {
	told := make(results, 1)
	a := s.caller.inbox.Address(resultKind)
	s.caller.inbox.Open(a, told)
	defer s.caller.inbox.Close(a)
	h, err := s.store(ctx, t, args, a.Subject)
	if err != nil {
		return h, nil, fmt.Errorf("submit %s: %w", t, err)
	}
	m, err := s.await(ctx, h, told, lookLate)
	return h, m, err
}

// store is put for who counts, and for a tracer, if there is one.
func (s *submitter) store(ctx context.Context, t target, args body, reply string) (h Handle, err error) {
	ctx, end := s.caller.watch(ctx, jobKind, t.String())
	h, err = s.put(ctx, t, args, reply)
	end(err)
	return h, err
}

// jobKind is what durable calls are called where they are sent.
const jobKind = "job"

// put stores a call. Its result is sent to reply, where that is not "".
func (s *submitter) put(ctx context.Context, t target, args body, reply string) (Handle, error) {
	ctx, cancel := context.WithTimeout(ctx, s.caller.settings.Timeout)
	defer cancel()
	id, keyed, err := newID(ctx, t.method)
	if err != nil {
		return Handle{}, err
	}
	d, err := s.depots.of(ctx, t.service)
	if err != nil {
		return Handle{}, err
	}
	h := Handle{service: t.service, method: t.method, id: id}
	if keyed {
		if m, found, err := s.last(ctx, d, h); err != nil || found {
			h.sequence = sequenceOf(m)
			return h, err
		}
	}
	m, err := s.message(ctx, t, args, id)
	if err != nil {
		return Handle{}, err
	}
	if reply != "" {
		m.Header[headerReply] = []string{reply}
	}
	stored, err := d.queue.Store(ctx, m, id, lifetime(t))
	h.sequence = stored.Sequence
	return h, err
}

// lifetime returns how long a durable call may take: as long as it is kept, where
// nothing else is said.
func lifetime(t target) time.Duration {
	if t.timeout > 0 {
		return t.timeout
	}
	return durableKept
}

func (s *submitter) message(ctx context.Context, t target, args body, id string) (*broker.Msg, error) {
	t.subject = queueSubject(s.caller.conn.Namespace(), t.service, t.method)
	o := newOutgoing() // not used again: the message may have to be sent several times
	a, err := asideOf(ctx, args, lifetime(t))
	if err == nil {
		err = o.spell(s.caller, t, args, a)
	}
	if err != nil {
		return nil, err
	}
	o.header[headerID] = []string{id}
	return &o.msg, nil
}

func sequenceOf(m *broker.Msg) uint64 {
	if m == nil {
		return 0
	}
	sequence, _ := strconv.ParseUint(m.Header.Get(headerSequence), 10, 64) // 0, which no message has, where it is missing
	return sequence
}
