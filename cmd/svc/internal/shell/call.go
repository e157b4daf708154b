package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
)

// method is n.rpc.<service>.<method>.
type method struct {
	session *Session
	target  string // service.method
}

var (
	_ starlark.Callable = method{}
	_ starlark.HasAttrs = method{}
)

func (method) Freeze()               {}
func (method) Truth() starlark.Bool  { return starlark.True }
func (method) Hash() (uint32, error) { return 0, unhashable("method") }
func (method) Type() string          { return "method" }
func (m method) String() string      { return "<method " + m.target + ">" }

// Name returns what is called, for traces.
func (m method) Name() string { return m.target }

// CallInternal makes a call and waits for its result.
func (m method) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	ctx, sent, err := m.prepare(contextOf(thread), args, kwargs)
	if err != nil {
		return nil, err
	}
	started := time.Now()
	result, err := m.session.proxy.Call(ctx, m.target, sent...)
	m.session.timed(started)
	if err != nil {
		return nil, err
	}
	return valueOf(result)
}

// Attr returns the other ways of calling.
func (m method) Attr(name string) (starlark.Value, error) {
	switch name {
	case "call_async":
		return starlark.NewBuiltin(name, m.async).BindReceiver(m), nil
	case "try_call":
		return starlark.NewBuiltin(name, m.try).BindReceiver(m), nil
	default:
		return nil, nil //nolint:nilnil // Starlark's way to say that there is none
	}
}

// AttrNames lists them.
func (method) AttrNames() []string { return []string{"call_async", "try_call"} }

// async is call_async: it returns at once. The call outlives the statement.
func (m method) async(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	ctx, sent, err := m.prepare(m.session.ctx, args, kwargs)
	if err != nil {
		return nil, err
	}
	p := &pending{target: m.target, session: m.session, began: time.Now(), call: m.session.proxy.Async(ctx, m.target, sent...)}
	if thread.CallStackDepth() > 1 {
		p.at = thread.CallFrame(1).Pos
	}
	m.session.watch(p)
	m.session.add(p)
	return p, nil
}

// try is try_call: it returns (result, None) or (None, error).
func (m method) try(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return attempt(m.CallInternal(thread, args, kwargs))
}

// attempt makes a pair of the outcome of a call. Mistakes in the program, and
// interruptions, are none.
func attempt(v starlark.Value, err error) (starlark.Value, error) {
	if err == nil {
		return starlark.Tuple{v, starlark.None}, nil
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return nil, err
	}
	return starlark.Tuple{starlark.None, failure{f}}, nil
}

// prepare returns what a call is made with.
func (m method) prepare(ctx context.Context, args starlark.Tuple, kwargs []starlark.Tuple) (context.Context, []any, error) {
	service, name, _ := strings.Cut(m.target, ".")
	if !broker.ValidName(service) || !broker.ValidName(name) {
		return nil, nil, rpc.ErrBadArguments.Explain("have %q, want names of 1 to 64 letters, digits, - or _", m.target)
	}
	sent, err := arguments(args, kwargs)
	if err != nil {
		return nil, nil, fmt.Errorf("call %s: %w", m.target, err)
	}
	ctx, err = m.session.carry(ctx, "call "+m.target)
	return ctx, sent, err
}

// carry puts n.data into a context, for what is done then.
func (s *Session) carry(ctx context.Context, what string) (context.Context, error) {
	for key, value := range s.data.Entries() {
		name, isName := starlark.AsString(key)
		text, isText := starlark.AsString(value)
		if !isName || !isText {
			return nil, fmt.Errorf("%s: have n.data[%s] = %s, want both to be strings", what, repr(key), repr(value))
		}
		if !broker.ValidName(name) {
			return nil, rpc.ErrBadArguments.Explain("%s: have n.data[%s], want a key of 1 to 64 letters, digits, - or _", what, repr(key))
		}
		ctx = entrypoint.WithData(ctx, name, text) //nolint:fatcontext // one layer for each of a few entries
	}
	return ctx, nil
}

// arguments returns the arguments of a call: all by position, or all by name.
func arguments(args starlark.Tuple, kwargs []starlark.Tuple) ([]any, error) {
	if len(args) > 0 && len(kwargs) > 0 {
		return nil, errors.New("have arguments by position and by name, want all of them one way")
	}
	var sent []any
	for i, arg := range args {
		v, err := toGo(arg)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		sent = append(sent, v)
	}
	if len(kwargs) == 0 {
		return sent, nil
	}
	named := make(rpc.Named, len(kwargs))
	for _, pair := range kwargs {
		name, _ := starlark.AsString(pair[0])
		v, err := toGo(pair[1])
		if err != nil {
			return nil, fmt.Errorf("argument %s: %w", name, err)
		}
		named[name] = v
	}
	return []any{named}, nil
}

func valueOf(r rpc.Result) (starlark.Value, error) {
	var v any
	if err := r.Decode(&v); err != nil {
		return nil, err
	}
	return toStarlark(v)
}
