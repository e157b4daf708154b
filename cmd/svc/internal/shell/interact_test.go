package shell_test

import (
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/shell"
)

// typist is a person who types lines, and notes the prompts.
type typist struct {
	lines   []string
	prompts []string
}

// giveUp is ^C at a prompt.
const giveUp = "\x03"

func (p *typist) ReadLine(prompt string) (string, error) {
	p.prompts = append(p.prompts, strings.TrimSpace(prompt))
	if len(p.lines) == 0 {
		return "", io.EOF
	}
	line := p.lines[0]
	p.lines = p.lines[1:]
	if line == giveUp {
		return "", shell.ErrInterrupted
	}
	return line, nil
}

var aTime = regexp.MustCompile(`(?m)^# \d+\.\d ms$`)

func TestPromptGoesOnAfterErrors(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	p := &typist{lines: []string{
		"n.rpc.desk.hello('x')", "n.rpc.desk.helo()", "", "# nothing", "1 +", "zzz", "def f():", "  return 1/0", "", "f()", "_", "?",
	}}
	if err := s.Interact(s.within(), p, nil); err != nil {
		t.Fatal(err)
	}
	out, help, _ := strings.Cut(s.stdout.String(), "This is Starlark")
	if want := "'Hello, x!'\n'Hello, x!'\n"; out != want || !strings.Contains(help, "n.rpc.SERVICE.METHOD") {
		t.Errorf("have %s and help %s, want %s and help", out, help, want)
	}
	want := `# 0.0 ms
# 0.0 ms
svc: call desk.helo: unknown method "helo" of desk; did you mean "hello"?
svc: got newline, want primary expression
svc: undefined: zzz
svc: input:8:11: floating-point division by zero
  called from input:10:2
`
	if have := aTime.ReplaceAllString(s.stderr.String(), "# 0.0 ms"); have != want {
		t.Errorf("have %s\nwant %s", have, want)
	}
}

func TestPromptShowsWhatGoesOn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []string
		want  string // prompts
		out   string
	}{
		{"statement", []string{"1"}, ">>> >>>", "1\n"},
		{"brackets", []string{"[1,", "", "2]"}, ">>> ... ... >>>", "[1, 2]\n"},
		{"block", []string{"for i in [1]:", "  i", "", "2"}, ">>> ... ... >>> >>>", "1\n2\n"},
		{"block on one line", []string{"if True: 3", "", "4"}, ">>> ... >>> >>>", "3\n4\n"},
		{"else", []string{"if False:", "  1", "else:", "  2", ""}, ">>> ... ... ... ... >>>", "2\n"},
		{"text", []string{`"""a`, "", `b"""`}, ">>> ... ... >>>", "'a\\n\\nb'\n"},
		{"block ends without an empty line", []string{"for i in [1]:", "  i", "2"}, ">>> ... ... >>>", "1\n2\n"},
		{"brackets in text", []string{`len('\'(' + "[") # {`}, ">>> >>>", "3\n"},
		{"given up", []string{"f(", giveUp, "5"}, ">>> ... >>> >>>", "5\n"},
		{"beyond hope", []string{"f(:", "6"}, ">>> >>> >>>", "6\n"},
		{"end within a statement", []string{"f("}, ">>> ...", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSetup(t)
			p := &typist{lines: tt.lines}
			if err := s.Interact(s.within(), p, nil); err != nil {
				t.Fatal(err)
			}
			if have := strings.Join(p.prompts, " "); have != tt.want {
				t.Errorf("have prompts %s, want %s", have, tt.want)
			}
			if have := s.stdout.String(); have != tt.out {
				t.Errorf("have %s, want %s", have, tt.out)
			}
		})
	}
}

// Behaviour 52, at the prompt.
func TestInterruptEndsTheStatementNotTheSession(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	interrupts := make(chan os.Signal, 1)
	go func() { <-s.desk.entered; interrupts <- os.Interrupt }()
	p := &typist{lines: []string{"n.rpc.desk.stuck()", "n.rpc.desk.hello('x')"}}
	if err := s.Interact(s.within(), p, interrupts); err != nil {
		t.Fatal(err)
	}
	if have, want := s.stdout.String(), "'Hello, x!'\n"; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
	if have := s.stderr.String(); !strings.Contains(have, "interrupted\n") {
		t.Errorf("have %s, want interrupted", have)
	}
}

func TestInterruptFromBeforeEndsNothing(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	interrupts := make(chan os.Signal, 1)
	interrupts <- os.Interrupt
	if err := s.Interact(s.within(), &typist{lines: []string{"n.rpc.desk.hello('x')"}}, interrupts); err != nil {
		t.Fatal(err)
	}
	if have, want := s.stdout.String(), "'Hello, x!'\n"; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
}

func TestInterruptedWaitLeavesTheCallRunning(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	interrupts := make(chan os.Signal, 1)
	s.desk.meeting.Add(2)
	go func() { <-s.desk.entered; interrupts <- os.Interrupt }()
	p := &typist{lines: []string{
		"c = n.rpc.desk.meet.call_async(7)",
		"n.rpc.desk.stuck.call_async() and None; c.result()",
		"n.rpc.desk.meet(8)",
		"c.result()",
	}}
	if err := s.Interact(s.within(), p, interrupts); err != nil {
		t.Fatal(err)
	}
	if have, want := s.stdout.String(), "8\n7\n"; have != want {
		t.Errorf("have %s, want %s", have, want)
	}
	if have := s.stderr.String(); !strings.HasPrefix(have, "interrupted\n") {
		t.Errorf("have %s, want interrupted", have)
	}
}

func TestCloseEndsCallsUnderWay(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	if err := s.Interact(s.within(), &typist{lines: []string{"c = n.rpc.desk.stuck.call_async()"}}, nil); err != nil {
		t.Fatal(err)
	}
	<-s.desk.entered
	s.Close()
}

func TestExitEndsTheSession(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	err := s.Interact(s.within(), &typist{lines: []string{"exit(3)", "1"}}, nil)
	if exit, ok := errors.AsType[*shell.ExitError](err); !ok || exit.Code != 3 {
		t.Errorf("have %v, want exit(3)", err)
	}
	s.fails("exit(256)", "want 0 to 255")
	if have := s.stdout.String(); have != "" {
		t.Errorf("have %s, want nothing", have)
	}
}

func TestBrokenInputEndsTheSession(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	if err := s.Interact(s.within(), brokenInput{}, nil); !errors.Is(err, errBroken) {
		t.Errorf("have %v, want %v", err, errBroken)
	}
}

var errBroken = errors.New("the terminal is gone")

type brokenInput struct{}

func (brokenInput) ReadLine(string) (string, error) { return "", errBroken }
