package shell

import (
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/enoki-go/enoki/rpc"
)

// pending is what call_async returns.
type pending struct {
	target  string
	session *Session
	call    *rpc.Pending[rpc.Result]
	at      syntax.Position // where it was made
	asked   bool            // somebody has been told the outcome, or waits for it

	began time.Time
	ended chan time.Time // holds when the call was over; nil where nobody sits there
}

var _ starlark.HasAttrs = (*pending)(nil)

func (*pending) Freeze()               {}
func (*pending) Truth() starlark.Bool  { return starlark.True }
func (*pending) Hash() (uint32, error) { return 0, unhashable("call") }
func (*pending) Type() string          { return "call" }

func (p *pending) String() string {
	if p.done() {
		return "<call of " + p.target + ", done>"
	}
	return "<call of " + p.target + ", under way>"
}

func (p *pending) done() bool {
	select {
	case <-p.call.Done():
		return true
	default:
		return false
	}
}

// settled reports that nothing about the call is left to wait for, or to tell.
func (p *pending) settled() bool { return p.asked && p.done() }

// Attr returns result and try_result, which can be called repeatedly.
func (p *pending) Attr(name string) (starlark.Value, error) {
	switch name {
	case "result":
		return starlark.NewBuiltin(name, p.result), nil
	case "try_result":
		return starlark.NewBuiltin(name, p.try), nil
	default:
		return nil, nil //nolint:nilnil // Starlark's way to say that there is none
	}
}

// AttrNames lists them.
func (*pending) AttrNames() []string { return []string{"result", "try_result"} }

// result waits. To give up waiting does not end the call.
func (p *pending) result(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	p.asked = true
	result, err := p.call.Result(contextOf(thread))
	p.session.taken(p)
	if err != nil {
		return nil, err
	}
	return valueOf(result)
}

func (p *pending) try(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return attempt(p.result(thread, b, args, kwargs))
}
