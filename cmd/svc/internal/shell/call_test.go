package shell_test

import (
	"context"
	"errors"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/shell"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestValuesOfCallsArePrintedAsPythonDoes(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, tt := range []struct{ code, want string }{
		{`n.rpc.desk.hello(name='world')`, `'Hello, world!'`},
		{`n.rpc.desk.hello('world')`, `'Hello, world!'`},
		{`n.rpc["odd-one"]["get-it"]()`, `'got it'`},
		{`getattr(n.rpc, "desk").hello("it's")`, `"Hello, it's!"`},
		{`n.rpc.desk.register("x")`, `[True, 'welcome, x']`},
		{`n.rpc.desk.echo({"b": [1, 2.0, None], "a": {"x": False}})`, `{'a': {'x': False}, 'b': [1, 2.0, None]}`},
		{`n.rpc.desk.echo((1, "two"))`, `[1, 'two']`},
		{`n.rpc.desk.echo(range(3))`, `[0, 1, 2]`},
		{`n.rpc.desk.echo(b"\x00\xff")`, `b'\x00\xff'`},
		{`n.rpc.desk.echo(-300)`, `-300`},
		{`n.rpc.desk.echo(18446744073709551615)`, `18446744073709551615`},
		{`n.rpc.desk.echo(1e100)`, `1e+100`},
		{`[n.rpc.desk.hello(x) for x in "ab".elems()]`, `['Hello, a!', 'Hello, b!']`},
	} {
		s.prints(tt.code, tt.want+"\n")
	}
	s.prints(`n.rpc.desk.nothing()`, "")
}

func TestSeveralResultsAreUnpacked(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.prints("ok, message = n.rpc.desk.register('x')\nif ok: print(message)", "welcome, x\n")
}

func TestAsynchronousCallsRunSideBySide(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.desk.meeting.Add(10)
	s.prints("calls = [n.rpc.desk.meet.call_async(i) for i in range(10)]\n[c.result() for c in calls]",
		"[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n")
	s.prints("[calls[i].result() for i in (3, 1, 3)]", "[3, 1, 3]\n")
	s.prints("calls[0]", "<call of desk.meet, done>\n")
}

func TestFailedResultFailsEachTimeItIsAskedFor(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.prints("c = n.rpc.desk.buy.call_async(9)\nc.try_result()", "(None, <error conflict: sold out>)\n")
	for range 2 {
		if err := s.failure("c.result()", "-c:1:9: ", "call desk.buy: sold out"); !errors.Is(err, errSoldOut) {
			t.Errorf("have %v, want %v in it", err, errSoldOut)
		}
	}
}

func TestCallThatNobodyAsksAboutIsMadeAndItsErrorTold(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.prints("n.rpc.desk.hello.call_async('x') and None", "")
	s.fails("x = 1\nx = n.rpc.desk.hallo.call_async('x')", "-c:2:32: call desk.hallo: unknown method")
}

func TestErrorsOfCallsKeepWhatTheyAreAndSayWhere(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, tt := range []struct {
		code  string
		want  error
		parts []string
	}{
		{"x = 1\nn.rpc.desk.helo(1)", rpc.ErrUnknownMethod, []string{"-c:2:16: call desk.helo: ", `did you mean "hello"?`}},
		{"n.rpc.dusk.hello(1)", rpc.ErrUnknownService, []string{`unknown service "dusk"`, `did you mean "desk"?`}},
		{"n.rpc.desk.hello(nam=1)", rpc.ErrBadArguments, []string{`unknown argument "nam"`}},
		{"n.rpc.desk.buy(9)", errSoldOut, []string{"call desk.buy: sold out"}},
		{"n.rpc.desk.crash()", nil, []string{"boom"}},
		{"def f(x):\n  return n.rpc.desk.buy(x)\n\nf(9)", errSoldOut, []string{"-c:2:24: call desk.buy", "\n  called from -c:4:2"}},
	} {
		err := s.failure(tt.code, tt.parts...)
		if tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: have %v, want %v in it", tt.code, err, tt.want)
		}
		if _, ok := errors.AsType[*fault.Error](err); !ok {
			t.Errorf("%s: have %v, want a fault in it", tt.code, err)
		}
	}
}

func TestTryCallReturnsTheErrorAsAValue(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.prints("n.rpc.desk.buy.try_call(2)", "(2, None)\n")
	s.prints(`result, error = n.rpc.desk.buy.try_call(9)
if error: [error.code, error.name, error.message, error.details]
n.rpc.desk.crash.try_call()[1].details
n.rpc.desk.crash.try_call()[1].code`, "['conflict', 'desk.sold_out', 'sold out', {'left': 3}]\n'internal'\n")
	s.fails("n.rpc.desk.buy.try_call(len)", "argument 1: a builtin_function_or_method cannot be sent")
}

func TestArgumentsThatCannotBeSentAreRefused(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for code, want := range map[string]string{
		"n.rpc.desk.register('a', b=1)":                       "by position and by name",
		"n.rpc.desk.hello(lambda: 1)":                         "call desk.hello: argument 1: a function cannot be sent",
		"n.rpc.desk.hello(name=n)":                            "argument name: a bus cannot be sent",
		"n.rpc.desk.echo(1 << 64)":                            "int 18446744073709551616 cannot be sent: want at most 64 bits",
		"n.rpc.desk.echo({1: 2})":                             "a dict with the key 1 cannot be sent",
		"x = []\nx.append(x)\nn.rpc.desk.echo(x)":             "holds itself",
		"n.rpc.desk.echo([n.rpc.desk.hello.call_async('a')])": "send its .result()",
		"n.rpc[1]":              "want the name of a service",
		"n.rpc.desk[None]":      "want the name of a method",
		"n.rpc.desk.hello.nope": "has no .nope",
		"n.rpc.desk.hello.call_async('a').result(1)": "result",
	} {
		s.fails(code, want)
	}
}

func TestContextDataTravelsWithAllCalls(t *testing.T) {
	t.Parallel()
	s := newSetup(t, func(c *shell.Config) { c.Data = map[string]string{"language": "fr"} })
	s.prints("n.rpc.desk.language()", "'fr'\n")
	s.prints("n.data['language'] = 'de'\nn.rpc.desk.language(), n.rpc.desk.language.call_async().result()", "('de', 'de')\n")
	s.fails("n.data['x'] = 1\nn.rpc.desk.language()", "call desk.language: have n.data['x'] = 1, want both to be strings")
	s.prints("n.data.clear()\nn.rpc.desk.language()", "''\n")
}

func TestDirListsWhatIsRunning(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	svctest.New(t, &Odd{}, s.broker) // a second instance
	s.prints("dir(n.rpc)", "['desk', 'odd-one']\n")
	s.prints("dir(n.rpc['odd-one']), dir(n.rpc.desk)[:2]", "(['get-it'], ['buy', 'crash'])\n")
	s.prints("dir(n), dir(n.rpc.desk.buy)", "(['config', 'data', 'dispatch_event', 'rpc'], ['call_async', 'try_call'])\n")
}

func TestConfigurationIsReadNotWritten(t *testing.T) {
	t.Parallel()
	s := newSetup(t, func(c *shell.Config) {
		c.Section = map[string]any{"workers": 10, "hosts": []any{"a", 1.5}, "on": true}
	})
	s.prints("n.config", "{'hosts': ['a', 1.5], 'on': True, 'workers': 10}\n")
	s.fails("n.config['workers'] = 1", "frozen")
}

// Behaviour 52: what was interrupted does no harm to what follows.
func TestInterruptedCallEndsAndTheNextWorks(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	ctx, cancel := context.WithCancel(s.within())
	go func() { <-s.desk.entered; cancel() }()
	if err := s.Exec(ctx, "-c", "n.rpc.desk.stuck.try_call()", true); !errors.Is(err, shell.ErrInterrupted) {
		t.Errorf("have %v, want %v", err, shell.ErrInterrupted)
	}
	s.prints("n.rpc.desk.hello('again')", "'Hello, again!'\n")
}

func TestEndlessLoopsAreInterrupted(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, code := range []string{"while True: pass", "sleep(1000)"} {
		ctx, cancel := context.WithCancel(s.within())
		running := make(chan error, 1)
		go func() { running <- s.Exec(ctx, "-c", "n.rpc.desk.stuck.call_async() and None\n"+code, true) }()
		<-s.desk.entered
		cancel()
		if err := <-running; !errors.Is(err, shell.ErrInterrupted) {
			t.Errorf("%s: have %v, want %v", code, err, shell.ErrInterrupted)
		}
	}
}
