package rpc

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/enoki-go/enoki/codec"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/tag"
)

// Func is a method of another service as a field. A test sets it to a function
// of its own; otherwise it is filled:
//
//	Charge rpc.Func[ChargeRequest, Receipt] `rpc:"payments.charge" timeout:"2s"`
//
// In is the method's parameter, a struct or map of its parameters by name, or
// None; Out is its result, or None. Errors are *fault.Error, wrapped with what
// was called: those of the method, and those of this package.
type Func[In, Out any] func(ctx context.Context, in In) (Out, error)

// None stands for no parameters and for no result.
type None = struct{}

// funcOptions are the tag keys of Func.
type funcOptions struct {
	RPC     string `tag:"rpc,required"`
	Timeout time.Duration
}

// Provide fills the field.
func (Func[In, Out]) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	var o funcOptions
	if err := tag.Read(f.Tag, &o); err != nil {
		return nil, err
	}
	t, err := targetOf(o.RPC, o.Timeout, f.Name)
	if err != nil {
		return nil, err
	}
	c, err := callerOf(h)
	if err != nil {
		return nil, err
	}
	return fixed(funcOf[In, Out](c, t), t.service, t.String()), nil
}

// targetOf reads "service.method".
func targetOf(text string, timeout time.Duration, field string) (target, error) {
	service, method, ok := splitTarget(text)
	if !ok {
		return target{}, fmt.Errorf("tag key rpc: have %q, want \"service.method\"", text)
	}
	t := target{service: service, method: method, timeout: timeout}
	if timeout > 0 {
		t.setting = fmt.Sprintf("timeout:%q of field %s", timeout, field)
	}
	return t, nil
}

func funcOf[In, Out any](c *caller, t target) Func[In, Out] {
	t = c.resolve(t)
	return func(ctx context.Context, in In) (out Out, err error) {
		reply, err := c.call(ctx, t, bodyOf(in))
		if err != nil {
			return out, err
		}
		if _, none := any(out).(None); none {
			return out, nil
		}
		err = decodeResults(t, codec.Msgpack, reply.Data, &out)
		return out, err
	}
}

// bodyOf returns the body of a call with one argument.
func bodyOf(in any) body {
	if _, none := in.(None); none {
		return body{empty: true}
	}
	return body{value: in}
}

// fixed returns the provider of a field whose value is the same for every call. The
// service is "" for any.
func fixed(value any, service, target string) dependency.Provider {
	return fixedWith(value, service, target, nil)
}

func fixedWith(value any, service, target string, options map[string]string) dependency.Provider {
	return dependency.SameDescribed(value, dependency.Description{Kind: kind, Target: target, Service: service, Options: options})
}

// submits is what the fields say that make durable calls.
func submits() map[string]string { return map[string]string{"delivery": string(durable)} }
