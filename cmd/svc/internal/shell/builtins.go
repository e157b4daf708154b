package shell

import (
	"fmt"
	"strings"
	"time"

	"go.starlark.net/starlark"
)

const helpText = `This is Starlark, a small Python, with the services of the broker as n.rpc:

  n.rpc.SERVICE.METHOD(1, "two")       call a method, arguments by position
  n.rpc.SERVICE.METHOD(name="world")   or all by name
  n.rpc["my-service"]["method"]()      names that Python could not write
  dir(n.rpc), dir(n.rpc.SERVICE)       what is running

  ok, message = n.rpc.S.M(…)           several results are unpacked
  calls = [n.rpc.S.M.call_async(i) for i in range(5)]
  [c.result() for c in calls]          calls side by side
  result, error = n.rpc.S.M.try_call(…)
                                       error is None, or has .code .name .message .details;
                                       c.try_result() likewise

  n.dispatch_event("payments", "paid", {"order": "o1"})
                                       emit an event, as the service payments does
  n.data["language"] = "de"            context data that all further calls carry
  n.config                             the configuration
  _                                    the value printed last

  print repr str len range sorted … are Python's; so are def, for, if, while,
  comprehensions and lambda. There is no try, class or import, nor f-strings.
  json.encode(x), json.decode(text), sleep(seconds), time(), fail(text), exit(code)

Tab completes names, also of what is running; ^R searches what was typed before;
^C gives up a call, ^D ends.`

// helpValue is shown by help, and by help().
type helpValue struct{}

var _ starlark.Callable = helpValue{}

func (helpValue) Freeze()               {}
func (helpValue) Truth() starlark.Bool  { return starlark.True }
func (helpValue) Hash() (uint32, error) { return 0, unhashable("help") }
func (helpValue) Type() string          { return "help" }
func (helpValue) String() string        { return helpText }

// Name returns its name.
func (helpValue) Name() string { return "help" }

// CallInternal returns help itself, which is then shown; whatever it is asked
// about.
func (h helpValue) CallInternal(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return h, nil
}

// builtins are the functions beyond Starlark's own, and those of its own that
// show values in a way that is not Python's.
func (s *Session) builtins() starlark.StringDict {
	all := starlark.StringDict{"help": helpValue{}}
	for name, f := range map[string]builtinFunc{
		"print": s.print, "str": str, "repr": reprOf, "dir": s.dir, "sleep": sleep, "time": now, "exit": exit,
	} {
		all[name] = starlark.NewBuiltin(name, f)
	}
	return all
}

type builtinFunc = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

func (s *Session) print(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	separator, end := " ", "\n"
	if err := starlark.UnpackArgs(b.Name(), nil, kwargs, "sep?", &separator, "end?", &end); err != nil {
		return nil, err
	}
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = text(arg)
	}
	out := s.config.Stdout
	if s.config.JSON {
		out = s.config.Stderr
	}
	if _, err := fmt.Fprint(out, strings.Join(texts, separator), end); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return starlark.None, nil
}

// text returns v as print and str show it.
func text(v starlark.Value) string {
	if s, ok := starlark.AsString(v); ok {
		return s
	}
	return repr(v)
}

func str(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value = starlark.String("")
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 0, &v); err != nil {
		return nil, err
	}
	if raw, ok := v.(starlark.Bytes); ok {
		// Here Starlark is more useful than Python, which would show b'…'.
		return starlark.String(strings.ToValidUTF8(string(raw), "\ufffd")), nil
	}
	return starlark.String(text(v)), nil
}

func reprOf(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &v); err != nil {
		return nil, err
	}
	return starlark.String(repr(v)), nil
}

// sleep waits for so many seconds, or until ^C.
func sleep(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var seconds starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "seconds", &seconds); err != nil {
		return nil, err
	}
	f, ok := starlark.AsFloat(seconds)
	if !ok || f < 0 || f > maxSleep {
		return nil, fmt.Errorf("sleep: have %s, want seconds from 0 to %d", repr(seconds), int(maxSleep))
	}
	timer := time.NewTimer(time.Duration(f * float64(time.Second)))
	defer timer.Stop()
	ctx := contextOf(thread)
	select {
	case <-timer.C:
		return starlark.None, nil
	case <-ctx.Done():
		return nil, ErrInterrupted
	}
}

// maxSleep is a year, in seconds; a time.Duration holds 292.
const maxSleep = 365 * 24 * 60 * 60.0

// now returns the seconds since 1970.
func now(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.Float(float64(time.Now().UnixMicro()) / 1e6), nil
}

func exit(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var code int
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "code?", &code); err != nil {
		return nil, err
	}
	if code < 0 || code > 255 {
		return nil, fmt.Errorf("exit: have %d, want 0 to 255", code)
	}
	return nil, &ExitError{code}
}
