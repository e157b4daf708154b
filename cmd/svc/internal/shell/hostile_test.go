package shell_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/rpc"
)

// A method could write what it liked to the terminal of its caller.
func TestErrorsOfOthersAreShownAndNotObeyed(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.prints(`n.rpc.desk.fail.try_call("\x1b[2J\n")[1]`, "<error internal: \\x1b[2J\\n>\n")
	for _, code := range []string{
		`n.rpc.desk.fail("\x1b[2J\u009bx\nsvc: all is well")`,
		`n.rpc.desk.fail.call_async("\x1b[2J\u009bx\nsvc: all is well")`,
	} {
		s.fails(code, `\x1b[2J\x9bx\nsvc: all is well`)
	}
	err := s.failure("def f():\n    n.rpc.desk.fail('\\n\\x1b')\nf()")
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 2 || !strings.HasPrefix(lines[1], "  called from ") {
		t.Errorf("have %q, want the trace on a line of its own", lines)
	}
	if text := s.failure(`fail("\x1b[2J")`).Error(); strings.Contains(text, "\x1b") {
		t.Errorf("have %q", text)
	}
}

func TestNamesThatAreNoneAreMistakesInTheArguments(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, code := range []string{
		`n.rpc["a b"].x()`, `n.rpc.desk["hello.world"]()`, `n.rpc["*"]["\x1b"]()`, `n.data["a b"] = "c"; n.rpc.desk.nothing()`,
	} {
		if err := s.failure(code, "want", "1 to 64 letters"); !errors.Is(err, rpc.ErrBadArguments) {
			t.Errorf("%s: have %v, want ErrBadArguments", code, err)
		}
	}
}
