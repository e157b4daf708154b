package entrypoint

import (
	"context"
	"reflect"
	"slices"
	"time"
)

// MaxParents is how many ancestors a call carries; older ones are dropped.
const MaxParents = 10

// Call is one run of a method, from the stimulus to the answer. An entrypoint
// fills the exported fields and spawns it; from then on they are read only.
type Call struct {
	ID       string            // unique; a retry of the same call keeps it
	Parents  []string          // calls that led to this one, oldest first
	Kind     string            // what reached the method: "rpc", "event" …
	Service  string            // wire name of the service; the host sets it
	Name     string            // wire name of the method; where it is empty the host sets it
	Method   *Method           // that runs
	Data     map[string]string // context data; travels with every call made from this one
	Attempt  int               // 0 at the first try
	Deadline time.Time         // end of the method's context; zero for none
	Parent   context.Context   // lends its values and its end to the method's context; may be nil
	Patience time.Duration     // how long Queue keeps the call in line before ErrBusy refuses it; 0 for until Deadline

	// Decode stores the arguments where into points, one pointer per parameter of
	// Method, in order. It is called at most once. Nil stands for no arguments.
	Decode func(into []any) error

	// Interrupt is called at most once, and only while the call runs: right before
	// the service ends the call's context because it has to leave now, after a second
	// signal or the drain time. It must not block; done may be called meanwhile, on
	// the worker. Nil for nothing to do.
	Interrupt func()

	// Stimulus does what Decode, Interrupt and the done of the host's methods are for,
	// where they are nil. Nil for no such thing.
	Stimulus Stimulus

	args    reflect.Value // struct of the arguments; invalid before Bind
	bindErr error
	ctx     callContext
	given   context.Context //nolint:containedctx // what the method gets, for the time of the call
	few     [fewArgs]any    // backs what Decode gets, where it is little
}

// Stimulus is what reached a method, as its entrypoint keeps it. It is for
// entrypoints whose calls are many and short, to which a function for each of its
// methods, call by call, would be a cost.
type Stimulus interface {
	Decode(into []any) error // as Call.Decode
	Interrupt()              // as Call.Interrupt
	Done(out any, err error) // as a Done
}

// fewArgs is how many parameters most methods have at the most.
const fewArgs = 2

// Bind decodes the arguments; again, it returns what the first time did. An
// entrypoint calls it before Spawn to answer wrong arguments without using a worker; otherwise
// the worker does.
func (c *Call) Bind() error {
	if c.args.IsValid() {
		return c.bindErr
	}
	c.args = reflect.New(c.Method.args).Elem()
	into := c.few[:0]
	for i := range c.Method.In {
		into = append(into, c.args.Field(i).Addr().Interface())
	}
	switch {
	case c.Decode != nil:
		c.bindErr = c.Decode(into)
	case c.Stimulus != nil:
		c.bindErr = c.Stimulus.Decode(into)
	}
	return c.bindErr
}

// Invoke runs the method on receiver, a pointer to the service struct. The host
// calls it, once. Without results out is nil, with one it is that result, with
// several it is Results.
func (c *Call) Invoke(ctx context.Context, receiver reflect.Value) (out any, err error) {
	return c.run(ctx, c.Method.function, receiver)
}

// InvokeFunc is Invoke with a function of the type of Method.Type in place of the
// method.
func (c *Call) InvokeFunc(ctx context.Context, f reflect.Value) (out any, err error) {
	return c.run(ctx, f)
}

// run calls f with what comes first, the context, where the method takes one, and
// the arguments.
func (c *Call) run(ctx context.Context, f reflect.Value, first ...reflect.Value) (out any, err error) {
	if err := c.Bind(); err != nil {
		return nil, err
	}
	in := append(make([]reflect.Value, 0, 2+fewArgs), first...)
	if c.Method.hasContext {
		in = append(in, c.contextValue(ctx))
	}
	for i := range c.Method.In {
		in = append(in, c.args.Field(i))
	}
	return c.Method.outcome(f.Call(in))
}

// contextValue returns ctx as a value of the type that methods declare, so that
// reflect need not find out, call by call, that it fits.
func (c *Call) contextValue(ctx context.Context) reflect.Value {
	c.given = ctx
	return reflect.ValueOf(&c.given).Elem()
}

// Stack returns the ids of the calls that led here, this one last, MaxParents at
// the most.
func (c *Call) Stack() []string {
	stack := append(slices.Clip(c.Parents), c.ID)
	return stack[max(0, len(stack)-MaxParents):]
}

// Context returns the context of the method: it ends at the deadline, with
// Parent, or with Cancel, and FromContext finds c in it. The host asks for it
// first; from then on Context is safe for concurrent use.
func (c *Call) Context() context.Context {
	if c.ctx.call == nil {
		c.ctx.call = c
	}
	return &c.ctx
}

// Cancel ends the context of the method, now or when it is first asked for. Safe
// for concurrent use.
func (c *Call) Cancel() { c.ctx.end(context.Canceled) }

type callKey struct{}

// FromContext returns the call whose method runs under ctx, nil outside of one.
func FromContext(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}
