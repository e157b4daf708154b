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

// Jobs makes durable calls of any method of any service, as [Proxy] makes direct
// ones:
//
//	Work rpc.Jobs // Work.Submit(ctx, "reports.build", year)
//
// Its only tag key is timeout, as that of Job. It is safe for concurrent use; make
// it as a field of a service or with Standalone.Jobs.
type Jobs struct {
	submitter *submitter
	timeout   time.Duration
	field     string
}

// Provide fills the field.
func (Jobs) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	var o struct{ Timeout time.Duration }
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	if err := checkLifetime(o.Timeout); err != nil {
		return nil, err
	}
	s, err := submitterOf(h)
	if err != nil {
		return nil, err
	}
	return fixedWith(Jobs{s, o.Timeout, f.Name}, "", "", submits()), nil
}

// Jobs returns what makes durable calls. Keep it: it remembers which queues it has
// used.
func (s *Standalone) Jobs() Jobs { return Jobs{submitter: newSubmitter(s.caller)} }

// Timeout returns a copy whose calls may wait and run for d, at most 24h.
func (j Jobs) Timeout(d time.Duration) Jobs {
	j.timeout = d
	return j
}

// Submit is Job.Submit of "service.method", with arguments as Proxy.Call takes them.
func (j Jobs) Submit(ctx context.Context, method string, args ...any) (Handle, error) {
	t, err := targetOf(method, j.timeout, j.field)
	if err == nil {
		err = checkLifetime(j.timeout)
	}
	if err != nil {
		return Handle{}, fault.Newf(fault.Invalid, "submit: %w", err)
	}
	if j.submitter == nil {
		return Handle{}, fmt.Errorf("submit %s: %w", t, errNotFilled)
	}
	return j.submitter.submit(ctx, t, arguments(args))
}

// Fetch waits for the result of a call of any method, for as long as ctx lives: then
// the error is ErrPending.
func (j Jobs) Fetch(ctx context.Context, h Handle) (Result, error) {
	return j.result(ctx, h, (*submitter).fetch)
}

// Look is Fetch that does not wait for the result, only for the broker.
func (j Jobs) Look(ctx context.Context, h Handle) (Result, error) {
	return j.result(ctx, h, (*submitter).peek)
}

func (j Jobs) result(ctx context.Context, h Handle, get func(*submitter, context.Context, Handle) (*broker.Msg, error)) (Result, error) {
	switch {
	case j.submitter == nil:
		return Result{}, fmt.Errorf("result of %s: %w", h, errNotFilled)
	case h == Handle{}:
		return Result{}, fault.New(fault.Invalid, "result: have the zero Handle, want one that Submit returned")
	}
	m, err := get(j.submitter, ctx, h)
	return resultOf(h, m, err)
}

var errNotFilled = fault.New(fault.Internal, "this rpc.Jobs was not filled: it is a field of a service, or comes from Standalone.Jobs")
