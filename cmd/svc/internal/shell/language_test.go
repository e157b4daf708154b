package shell_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/shell"
)

func TestExpressionsArePrintedAsPythonDoes(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, tt := range []struct{ code, want string }{
		{"1 + 1", "2\n"},
		{"1 << 70", "1180591620717411303424\n"},
		{"1.0, 1e16, 0.1", "(1.0, 1e+16, 0.1)\n"},
		{"None", ""},
		{"[None, True]", "[None, True]\n"},
		{"(1,), ()", "((1,), ())\n"},
		{"'a', \"it's\", b'x'", "('a', \"it's\", b'x')\n"},
		{"{'a': ['b']}, {}", "({'a': ['b']}, {})\n"},
		{"set([1, 2]), set()", "({1, 2}, set())\n"},
		{"x = []\nx.append(x)\nx", "[[...]]\n"},
		{"d = {}\nd['d'] = [d]\nd", "{'d': [{...}]}\n"},
		{"x = [1]\n[x, x]", "[[1], [1]]\n"},
		{"range(3)", "range(3)\n"},
		{"1\n_ + 1\n_ + 1", "1\n2\n3\n"},
		{"for i in range(2): i\nif True:\n  'yes'\nelse:\n  'no'", "0\n1\n'yes'\n"},
		{"i = 0\nwhile i < 2:\n  i += 1\n  i", "1\n2\n"},
		{"def f():\n  1\n  return 2\nf()", "2\n"},
		{"def fib(n): return n if n < 2 else fib(n-1) + fib(n-2)\nfib(10)", "55\n"},
		{"print('a', ['b'], 1.0, sep='-')\nprint('c', end='')", "a-['b']-1.0\nc"},
		{"str(['a']), str('a'), str(b'a'), str(), repr('a')", "(\"['a']\", 'a', 'a', '', \"'a'\")\n"},
		{"json.encode({'a': [1, None]}), json.decode('[1.5]')", "('{\"a\":[1,null]}', [1.5])\n"},
		{"sleep(0), sleep(0.001), time() > 1e9", "(None, None, True)\n"},
		{"len(str(help)) == len(str(help(1)))", "True\n"},
	} {
		s.prints(tt.code, tt.want)
	}
}

func TestFilesPrintOnlyWhatTheyPrint(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	if err := s.Exec(s.within(), "a.star", "1\nn.rpc.desk.hello('x')\nprint(2)", false); err != nil {
		t.Fatal(err)
	}
	if have, want := s.stdout.String(), "2\n"; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
	err := s.Exec(s.within(), "a.star", "print('not reached')\nx = (", false)
	if have, want := err.Error(), "a.star:2:6: got end of file, want primary expression"; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
	if strings.Contains(s.stdout.String(), "not reached") {
		t.Error("a file with a syntax error has begun to run")
	}
}

func TestErrorsSayWhatToWriteInstead(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for code, want := range map[string]string{
		"x = 1\nimport os":               "-c:2:1: got import, want primary expression; Starlark has no import",
		"try:\n  f()\nexcept E:\n  pass": "try_call",
		"raise x":                        "fail(…)",
		"class A: pass":                  "no such statement",
		"f'{x}'":                         "no f-strings",
		"x is None":                      "write ==",
		"2 ** 3":                         "no operator **",
		"prnt(1)":                        `-c:1:1: undefined: prnt; did you mean "print"?`,
		"x = 1\nx.y":                     "-c:2:2: int has no .y field or method",
		"fail('why')":                    "-c:1:5: fail: why",
		"return 1":                       "-c:1:1: return statement not within a function",
		"sleep(-1)":                      "want seconds from 0",
		"sleep('a')":                     "want seconds from 0",
		"print(nope=1)":                  "print: unexpected keyword argument",
		"undefined_name":                 "undefined: undefined_name",
		"show":                           "undefined: show",
	} {
		if err := s.failure(code, want); strings.Contains(err.Error(), "$") {
			t.Errorf("%s: have %v, with a name that nobody can write", code, err)
		}
	}
}

// Upstream's own prompt hands each function a copy of the variables.
func TestFunctionsSeeLaterDefinitions(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"x = 1\ndef f(): return x\nx = 2\nf()\n",
		"def f(): return g()\ndef g(): return 1\ndef g(): return 2\nf()\n",
		"f = lambda: x\nx = 1\nx += 1\nf()\n",
		"x = 0\nfor i in range(2):\n  x += 1\nx\n",
		"x = [1]\nx[0], y = 2, 5\nx[0]\n",
		"print = 2\nprint\n",
		"n = 1\nn = n + 1\nn\n",
	} {
		s := newSetup(t)
		if err := s.Pipe(s.within(), "stdin", strings.NewReader(code)); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if have, want := s.stdout.String(), "2\n"; have != want {
			t.Errorf("%s: have %s, want %s", code, have, want)
		}
	}
}

func TestPipeEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	err := s.Pipe(s.within(), "stdin", strings.NewReader("# first\n\n1\ndef f():\n\n  # then\n  return 1/0\n\nf()\n2\n"))
	want := "stdin:7:11: floating-point division by zero\n  called from stdin:9:2"
	if err == nil || err.Error() != want {
		t.Errorf("have %v, want %s", err, want)
	}
	if have, want := s.stdout.String(), "1\n"; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
}

func TestPipeRunsTheLastLineWithoutLineFeed(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	long := strings.Repeat("x", 100_000)
	code := "if True:\n  1\r\nelse:\n  2\n'''a\n\n#b'''\n[\n\n3]\nlen('" + long + "')\nx = \\\n4\n\nx"
	if err := s.Pipe(s.within(), "stdin", strings.NewReader(code)); err != nil {
		t.Fatal(err)
	}
	if have, want := s.stdout.String(), "1\n'a\\n\\n#b'\n[3]\n100000\n4\n"; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
}

func TestPipePrintsEachValueAsItComes(t *testing.T) {
	t.Parallel()
	out, written := io.Pipe()
	s := newSetup(t, func(c *shell.Config) { c.Stdout = written })
	in, typed := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- s.Pipe(s.within(), "stdin", in) }()
	for range 2 {
		_, _ = io.WriteString(typed, "'x'\n")
		have := make([]byte, 4)
		if _, err := io.ReadFull(out, have); err != nil || string(have) != "'x'\n" {
			t.Fatalf("have %s (%v), want 'x'", have, err)
		}
	}
	_ = typed.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestInterruptedPipeStopsReading(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	in, typed := io.Pipe()
	defer func() { _ = typed.Close() }()
	ctx, cancel := context.WithCancel(s.within())
	cancel()
	if err := s.Pipe(ctx, "stdin", in); !errors.Is(err, shell.ErrInterrupted) {
		t.Errorf("have %v, want %v", err, shell.ErrInterrupted)
	}
}

func TestWhatNobodyReadsEndsTheProgram(t *testing.T) {
	t.Parallel()
	out, written := io.Pipe()
	_ = out.Close()
	s := newSetup(t, func(c *shell.Config) { c.Stdout = written })
	for _, code := range []string{"1", "print(1)"} {
		if err := s.failure(code, "print: "); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: have %v, want %v", code, err, io.ErrClosedPipe)
		}
	}
}
