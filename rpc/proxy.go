package rpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/tag"
)

// Proxy calls any method of any service, or of the one that its tag names:
//
//	Cluster rpc.Proxy                   // Cluster.Call(ctx, "stock.left", "apples")
//	Stock   rpc.Proxy `service:"stock"` // Stock.Call(ctx, "left", "apples")
//
// It is safe for concurrent use. In a test, svctest.Fake hosts what it calls.
type Proxy struct {
	service string // "" for any
	timeout time.Duration
	field   string
	setting string // of the timeout, for messages; "" for that of the field
	atOnce  bool
	caller  *caller // nil in a test
	dial    func(ctx context.Context, t target, args body) (Result, error)
}

// Named are arguments by name: the only argument of a call, in place of those by
// position.
type Named map[string]any

// JSON is a body that is sent as it is: the only argument of a call, read by the
// rules of a body without Svc-Args in docs/protocol.md. Result.JSON then returns
// the answer as it came.
type JSON []byte

// Provide fills the field. Tag keys: service, timeout.
func (Proxy) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	var o clientOptions
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	if o.Service != "" && !broker.ValidName(o.Service) {
		return nil, fmt.Errorf("tag key service: have %q, want the name of a service", o.Service)
	}
	c, err := callerOf(h)
	if err != nil {
		return nil, err
	}
	p := proxyOf(c, o.Service)
	p.timeout, p.field = o.Timeout, f.Name
	return fixed(p, o.Service, o.Service), nil
}

func proxyOf(c *caller, service string) Proxy {
	return Proxy{service: service, caller: c, dial: func(ctx context.Context, t target, args body) (Result, error) {
		reply, err := c.call(ctx, t, args)
		if err != nil {
			return Result{}, err
		}
		return Result{target: t, codec: args.codec(), data: reply.Data, returned: true}, nil
	}}
}

// Call calls a method with arguments by position, or with one Named. Its name is
// "service.method", or "method" where the proxy is that of one service.
func (p Proxy) Call(ctx context.Context, method string, args ...any) (Result, error) {
	t, err := p.target(method)
	if err != nil {
		return Result{}, err
	}
	if p.dial == nil {
		return Result{}, fmt.Errorf("call %s: %w", t, errUnfilled)
	}
	return p.dial(ctx, t, arguments(args))
}

var errUnfilled = errors.New("this proxy was not filled: it is a field of a service, or comes from Standalone.Proxy")

func (p Proxy) target(method string) (target, error) {
	if p.service != "" {
		method = p.service + "." + method
	}
	t, err := targetOf(method, p.timeout, p.field)
	t.atOnce, t.setting = p.atOnce, cmp.Or(p.setting, t.setting)
	if err != nil {
		return t, fault.Newf(fault.Invalid, "call: have method %.200q, want \"service.method\" with names of letters, digits, - and _", method)
	}
	return t, nil
}

// arguments returns the body of a dynamic call.
func arguments(args []any) body {
	if len(args) == 1 {
		switch only := args[0].(type) {
		case Named:
			return body{value: map[string]any(only), form: argsNamed}
		case JSON:
			return body{raw: only, json: true}
		}
	}
	if args == nil {
		args = []any{}
	}
	return body{value: args, form: argsPositional}
}

// Result is what a dynamic call returned.
type Result struct {
	target   target
	codec    codec.Codec
	data     []byte
	returned bool
}

// Decode stores the result into what into points to; of a method with several
// results, each into its own.
func (r Result) Decode(into ...any) error {
	if !r.returned {
		return errors.New("decode the result of a call that did not return one")
	}
	return decodeResults(r.target, r.codec, r.data, into...)
}

// Value returns the result as JSON would show it: maps with string keys, slices,
// strings, int64, uint64, float64, bool and nil. Several results are a slice.
func (r Result) Value() (any, error) {
	var v any
	if err := r.Decode(&v); err != nil {
		return nil, err
	}
	return codec.Normalise(v), nil
}

// JSON returns the result as a JSON document.
func (r Result) JSON() ([]byte, error) {
	if r.returned && r.codec == codec.JSON {
		return r.data, nil
	}
	v, err := r.Value()
	if err != nil {
		return nil, err
	}
	return codec.JSON.Append(nil, v)
}
