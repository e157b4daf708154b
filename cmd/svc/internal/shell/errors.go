package shell

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/enoki-go/enoki/cmd/svc/internal/present"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/suggest"
)

// Error is what a program failed with.
type Error struct {
	Pos   syntax.Position // where; not valid at a prompt, where it is plain
	Calls []string        // from where it was called, innermost first
	Err   error           // that of a call, *fault.Error in it, or of Starlark
}

// Error returns the place, what happened, and how it came there, fit for a
// terminal. What others have a say in is on one line.
func (e *Error) Error() string {
	text := present.SafeLines(e.Err.Error())
	if _, remote := errors.AsType[*fault.Error](e.Err); remote {
		text = present.Safe(e.Err.Error())
	}
	if e.Pos.IsValid() {
		text = e.Pos.String() + ": " + text
	}
	lines := append([]string{text}, e.Calls...)
	return strings.Join(lines, "\n  called from ")
}

// Unwrap returns the error without its place.
func (e *Error) Unwrap() error { return e.Err }

// ExitError is the wish of a program to end with a code.
type ExitError struct{ Code int }

func (e *ExitError) Error() string { return fmt.Sprintf("exit(%d)", e.Code) }

// explain makes an *Error of what Starlark says.
func (s *Session) explain(err error, c chunk) error {
	if syntaxErr, ok := errors.AsType[syntax.Error](err); ok {
		return s.placed(syntaxErr.Pos, errors.New(syntaxErr.Msg+hint(c, syntaxErr.Pos)))
	}
	if list, ok := errors.AsType[resolve.ErrorList](err); ok && len(list) > 0 {
		return s.placed(list[0].Pos, errors.New(list[0].Msg))
	}
	failed, ok := errors.AsType[*starlark.EvalError](err)
	if !ok {
		return &Error{Err: err}
	}
	frames := written(failed.CallStack)
	if cause := failed.Unwrap(); cause != nil {
		err = cause
	}
	made := &Error{Err: s.undefined(err)}
	for i, frame := range frames {
		if i == 0 {
			made.Pos = frame.Pos
			continue
		}
		made.Calls = append(made.Calls, strings.TrimSuffix(fmt.Sprintf("%s, in %s", frame.Pos, frame.Name), ", in <toplevel>"))
	}
	if s.person && len(frames) == 1 {
		made.Pos = syntax.Position{}
	}
	return made
}

// placed says where, unless somebody has just typed it.
func (s *Session) placed(pos syntax.Position, err error) error {
	if s.person {
		return &Error{Err: err}
	}
	return &Error{Pos: pos, Err: err}
}

// written returns the frames of the program itself, innermost first.
func written(stack starlark.CallStack) []starlark.CallFrame {
	var frames []starlark.CallFrame
	for i := range stack {
		if frame := stack.At(i); frame.Pos.IsValid() && frame.Pos.Filename() != "<builtin>" {
			frames = append(frames, frame)
		}
	}
	return frames
}

var unset = regexp.MustCompile(`^internal error: predeclared variable (\w+) is uninitialized$`)

// undefined says in the user's words that a name stands for nothing: names are
// looked up late, which Starlark does not expect.
func (s *Session) undefined(err error) error {
	found := unset.FindStringSubmatch(err.Error())
	if found == nil {
		return s.attribute(err)
	}
	text := "undefined: " + found[1]
	names := append(s.globals.Keys(), starlark.Universe.Keys()...)
	names = slices.DeleteFunc(names, func(name string) bool { return name[0] == '$' })
	if hint := suggest.Hint(found[1], names); hint != "" {
		text += "; " + hint
	}
	return errors.New(text)
}

// noField is what Starlark says; with a hint of its own there is more.
var noField = regexp.MustCompile(`^(\w+) has no \.(\w+) field or method$`)

// attribute says what to write instead of an attribute that Starlark does not know.
func (s *Session) attribute(err error) error {
	found := noField.FindStringSubmatch(err.Error())
	switch {
	case found == nil:
		return err
	case found[1] == busType:
		return fmt.Errorf("n has no %s; %s", found[2], others(found[2], s.globals["n"].(root).AttrNames(), "it has "))
	case found[2] == "result":
		return fmt.Errorf("%w; the result of a call is there already, unless it is made with call_async", err)
	case found[1] == "dict":
		return fmt.Errorf("%w; the value of a key is written [%s]", err, strconv.Quote(found[2]))
	default:
		return err
	}
}

// pythons are what people write who know Python better than Starlark.
var pythons = []struct {
	line *regexp.Regexp
	cure string
}{
	{regexp.MustCompile(`^\s*(try|except|finally)\s*[:\s]`), "Starlark has no try; n.rpc.service.method.try_call(…) returns (result, error)"},
	{regexp.MustCompile(`^\s*(import|from)\b`), "Starlark has no import; help lists what there is"},
	{regexp.MustCompile(`^\s*raise\b`), "Starlark has no raise; fail(…) ends the program"},
	{regexp.MustCompile(`^\s*(class|with|async|await|global|nonlocal|yield|assert|del)\b`), "Starlark, a small Python, has no such statement"},
	{regexp.MustCompile(`\b[fF]["']`), `Starlark has no f-strings; write "%s" % x, or "{}".format(x)`},
	{regexp.MustCompile(`\bis\b`), "Starlark has no is; write =="},
	{regexp.MustCompile(`\*\*`), "Starlark has no operator **"},
}

// hint says what to write instead of the line with a syntax error.
func hint(c chunk, pos syntax.Position) string {
	lines := strings.Split(c.text, "\n")
	i := int(pos.Line - c.line)
	if i < 0 || i >= len(lines) {
		return ""
	}
	for _, p := range pythons {
		if p.line.MatchString(lines[i]) {
			return "; " + p.cure
		}
	}
	return ""
}

// failure is an error as a value: the second of what try_call returns.
type failure struct{ fault *fault.Error }

var _ starlark.HasAttrs = failure{}

func (failure) Freeze()               {}
func (failure) Truth() starlark.Bool  { return starlark.True }
func (failure) Hash() (uint32, error) { return 0, unhashable("error") }
func (failure) Type() string          { return "error" }

func (f failure) String() string {
	return fmt.Sprintf("<error %s: %s>", f.fault.Code, present.Safe(f.fault.Message))
}

// Attr returns a part of the error: code, name (of a declared error), message,
// details (None where there are none).
func (f failure) Attr(name string) (starlark.Value, error) {
	switch name {
	case "code":
		return starlark.String(f.fault.Code), nil
	case "name":
		return starlark.String(f.fault.Name), nil
	case "message":
		return starlark.String(f.fault.Message), nil
	case "details":
		var details any
		if err := f.fault.Decode(&details); err != nil {
			return starlark.None, nil //nolint:nilerr // an error without details
		}
		return toStarlark(details)
	default:
		return nil, nil //nolint:nilnil // Starlark's way to say that there is none
	}
}

// AttrNames lists the parts.
func (failure) AttrNames() []string { return []string{"code", "details", "message", "name"} }
