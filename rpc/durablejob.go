package rpc

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/tag"
)

// Job is a durable method of another service as a field:
//
//	Build rpc.Job[Report, string] `rpc:"reports.build" timeout:"2h"`
//
// A call of it is stored before it runs: it runs at least once even if its caller,
// its worker and the broker die, and its result can be asked for later, from any
// process. That takes longer than a [Func] does and needs a broker with JetStream.
//
// In and Out are as in Func. The tag key timeout says how long a call may wait and
// run, at most and by default 24h. A call that has not begun by then does not: its
// result is ErrExpired, or ErrNoResult where the broker has dropped it. Job is safe
// for concurrent use. In a test, set its funcs.
type Job[In, Out any] struct {
	// Submit stores a call and returns at once. It waits while the broker is away, for
	// as long as ctx lives and no longer than rpc.timeout; ctx does not bound the call.
	// A queue without room is broker.ErrFull. Where it failed otherwise, the call may
	// have been stored; WithKey makes it safe to submit it again.
	Submit func(ctx context.Context, in In) (Handle, error)
	// Result waits for the result of a call, for as long as ctx lives: then the error
	// is ErrPending. It is kept for 24 hours and can be asked for repeatedly.
	Result func(ctx context.Context, h Handle) (Out, error)

	call func(ctx context.Context, in In) (Out, error) // both at once; nil in a fake
}

// jobOptions are the tag keys of Job.
type jobOptions struct {
	RPC     string `tag:"rpc,required"`
	Timeout time.Duration
}

// Provide fills the field.
func (Job[In, Out]) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	var o jobOptions
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	t, err := targetOf(o.RPC, o.Timeout, f.Name)
	if err == nil {
		err = checkLifetime(o.Timeout)
	}
	if err != nil {
		return nil, err
	}
	s, err := submitterOf(h)
	if err != nil {
		return nil, err
	}
	s.caller.sent.To(dependency.Outgoing{Kind: jobKind, Target: t.String()}) // declares it
	return fixedWith(jobOf[In, Out](s, t), t.service, t.String(), submits()), nil
}

func checkLifetime(timeout time.Duration) error {
	if timeout < 0 || timeout > durableKept {
		return fmt.Errorf("tag key timeout: have %v, want at most %v, for which a durable call is kept", timeout, durableKept)
	}
	return nil
}

// Call submits a call and waits for its result, for as long as ctx lives. The call
// goes on when ctx ends; a caller that may want its result nevertheless uses
// Submit.
func (j Job[In, Out]) Call(ctx context.Context, in In) (out Out, err error) {
	if j.call != nil {
		return j.call(ctx, in)
	}
	h, err := j.Submit(ctx, in)
	if err != nil {
		return out, err
	}
	return j.Result(ctx, h)
}

// JobOf returns a durable method as a Job, for a program that is no service; target
// is "service.method".
func JobOf[In, Out any](s *Standalone, target string) (Job[In, Out], error) {
	t, err := targetOf(target, 0, "")
	if err != nil {
		return Job[In, Out]{}, err
	}
	return jobOf[In, Out](newSubmitter(s.caller), t), nil
}

func jobOf[In, Out any](s *submitter, t target) Job[In, Out] {
	return Job[In, Out]{
		Submit: func(ctx context.Context, in In) (Handle, error) { return s.submit(ctx, t, bodyOf(in)) },
		Result: func(ctx context.Context, h Handle) (out Out, err error) {
			if h.service != t.service || h.method != t.method {
				return out, fault.Newf(fault.Invalid, "result of %s: have the handle of another method: %s", t, h)
			}
			m, err := s.fetch(ctx, h)
			return decodedAs[Out](h, m, err)
		},
		call: func(ctx context.Context, in In) (out Out, err error) {
			h, m, err := s.call(ctx, t, bodyOf(in))
			if (h == Handle{}) {
				return out, err
			}
			return decodedAs[Out](h, m, err)
		},
	}
}

// decodedAs reads a result.
func decodedAs[Out any](h Handle, m *broker.Msg, err error) (out Out, _ error) {
	result, err := resultOf(h, m, err)
	if err != nil {
		return out, err
	}
	if _, none := any(out).(None); none {
		return out, nil
	}
	err = result.Decode(&out)
	return out, err
}
