package shell_test

import (
	"errors"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/shell"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestWhoLooksAtAMethodSeesWhatItTakes(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.prints("n.rpc.desk.move", "<method desk.move(from string, to string)>\n")
	s.prints("n.rpc.desk.stuck", "<method desk.stuck()>\n")
	s.prints("n.rpc['odd-one']", "<service odd-one: get-it>\n")
	s.prints("[n.rpc.nobody.x]", "[<method nobody.x>]\n")
}

func TestNamesThatNobodyHasAreErrorsWhereSomebodyLooks(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for code, want := range map[string]string{
		"n.rpc.dsk.hello":                  `unknown service "dsk"; did you mean "desk"?`,
		"n.rpc.nobody":                     `unknown service "nobody"; running are desk, odd-one`,
		"n.rpc.desk.helo":                  `unknown method "helo" of desk; did you mean "hello"?`,
		"n.rpc.desk.zzzzzzz":               `unknown method "zzzzzzz" of desk; it has buy, crash,`,
		"n.rpc.desk()":                     "desk is a service, not a method; it has buy, crash,",
		"n.rpc.dsk()":                      `did you mean "desk"?`,
		"dir(n.rpc.dsk)":                   `did you mean "desk"?`,
		"n.config.x":                       `the value of a key is written ["x"]`,
		"n.rpc.desk.buy(1).result()":       "int has no .result field or method; the result of a call is there already",
		"n.rpc.desk.move(frm='a', to='b')": `have unknown argument "frm", want from`,
	} {
		s.fails(code, want)
	}
	if err := s.failure("n.rpc.dsk"); !errors.Is(err, rpc.ErrUnknownService) {
		t.Errorf("have %v, want %v", err, rpc.ErrUnknownService)
	}
	if err := s.failure("n.rpc.desk.helo"); !errors.Is(err, rpc.ErrUnknownMethod) {
		t.Errorf("have %v, want %v", err, rpc.ErrUnknownMethod)
	}
}

// What was not there a moment ago is looked for again before it is called unknown.
func TestServiceThatHasJustStartedIsFound(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.fails("n.rpc.late", "unknown service")
	svctest.New(t, &Late{}, s.broker)
	s.prints("n.rpc.late", "<service late: come>\n")
}

// Late comes later.
type Late struct {
	_ rpc.Method `method:"Come"`
}

func (*Late) Come() {}

func TestNobodyCanSayWhatRunsWhileTheBrokerIsAway(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.broker.Stop()
	s.awaitAway()
	s.prints("n.rpc.nobody.x", "<method nobody.x>\n")
	s.prints("dir(n.rpc.nobody)", "[]\n")
}

func TestValuesAreShownAsLinesOfJSON(t *testing.T) {
	t.Parallel()
	s := newSetup(t, func(c *shell.Config) { c.JSON = true })
	s.prints(`n.rpc.desk.hello("x")
n.rpc.desk.register("x")
[1, 2.5, True, None, {"a": b"\x00"}]
print("beside")
n.rpc.desk.nothing()
"\u009b<&"`, `"Hello, x!"
[true,"welcome, x"]
[1,2.5,true,null,{"a":"AA=="}]
"\u009b<&"
`)
	if have, want := s.stderr.String(), "beside\n"; have != want {
		t.Errorf("have %q, want %q: what is printed is no JSON", have, want)
	}
	s.fails("len", "--json: a builtin_function_or_method cannot be sent")
	s.fails(`float("nan")`, "--json: ")
}
