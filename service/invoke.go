package service

import (
	"context"
	"crypto/rand"
	"fmt"
	"reflect"

	"github.com/enoki-go/enoki/entrypoint"
)

// Invoke runs a method that has an entrypoint, given by its Go name, on a worker
// of its service, as a stimulus from outside would, and returns the error itself
// where a caller elsewhere gets its image. The call's context ends with ctx and
// carries its context data. It is for tests and for code that drives a service
// in its own process.
func (a *App) Invoke(ctx context.Context, service, method string, args ...any) (any, error) {
	c, err := a.container(service)
	if err != nil {
		return nil, fmt.Errorf("invoke: %w", err)
	}
	e, err := c.spec.entryOf(method)
	if err != nil {
		return nil, fmt.Errorf("invoke: %w", err)
	}
	call := &entrypoint.Call{
		ID: rand.Text(), Kind: "invoke", Name: entrypoint.WireName(method), Method: e.method,
		Data: entrypoint.Data(ctx), Parent: ctx,
		Decode: func(into []any) error { return assign(into, args) },
	}
	if current := entrypoint.FromContext(ctx); current != nil {
		call.Parents = current.Stack()
	}
	if err := call.Bind(); err != nil {
		return nil, fmt.Errorf("invoke %s.%s: %w", service, method, err)
	}
	return outcomeOf(ctx, c, call)
}

// outcomeOf spawns a call and waits for its outcome.
func outcomeOf(ctx context.Context, c *container, call *entrypoint.Call) (out any, err error) {
	over := make(chan struct{})
	refused := (&host{container: c}).Spawn(ctx, call, func(result any, outcome error) {
		out, err = result, outcome
		close(over)
	})
	if refused != nil {
		return nil, refused
	}
	<-over
	return out, err
}

// assign stores arguments in the places of parameters.
func assign(into, args []any) error {
	if len(args) != len(into) {
		return fmt.Errorf("have %d arguments, want %d", len(args), len(into))
	}
	for i, arg := range args {
		place, v := reflect.ValueOf(into[i]).Elem(), reflect.ValueOf(arg)
		switch {
		case !v.IsValid():
			place.SetZero()
		case v.Type().AssignableTo(place.Type()):
			place.Set(v)
		default:
			return fmt.Errorf("argument %d: have a %T, want a %s", i+1, arg, place.Type())
		}
	}
	return nil
}
