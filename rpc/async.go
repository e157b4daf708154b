package rpc

import (
	"context"
	"errors"
	"fmt"
)

// Pending is a call under way. Its result can be asked for repeatedly, from any
// goroutine.
type Pending[Out any] struct {
	done chan struct{} // closed once out and err are set
	out  Out
	err  error
}

// Async starts a call and returns at once. The call ends with ctx.
func Async[In, Out any](ctx context.Context, f func(context.Context, In) (Out, error), in In) *Pending[Out] {
	return start(func() (Out, error) { return f(ctx, in) })
}

// Async is Call that returns at once. The call ends with ctx.
func (p Proxy) Async(ctx context.Context, method string, args ...any) *Pending[Result] {
	return start(func() (Result, error) { return p.Call(ctx, method, args...) })
}

func start[Out any](call func() (Out, error)) *Pending[Out] {
	p := &Pending[Out]{done: make(chan struct{}), err: errEnded}
	go func() { // ends with the call, which has a deadline
		defer close(p.done)
		defer func() {
			if v := recover(); v != nil {
				p.err = fmt.Errorf("the function of an asynchronous call panicked: %v", v)
			}
		}()
		p.out, p.err = call()
	}()
	return p
}

// errEnded is the outcome of a function that ended its goroutine.
var errEnded = errors.New("the function of an asynchronous call did not return")

// Result waits for the outcome of the call, for as long as ctx lives. Giving up
// does not end the call.
func (p *Pending[Out]) Result(ctx context.Context) (Out, error) {
	select {
	case <-p.done:
		return p.out, p.err
	default:
	}
	select {
	case <-p.done:
		return p.out, p.err
	case <-ctx.Done():
		var none Out
		return none, context.Cause(ctx)
	}
}

// Done returns a channel that is closed when the outcome is there.
func (p *Pending[Out]) Done() <-chan struct{} { return p.done }
