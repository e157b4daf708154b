package shell_test

import (
	"slices"
	"testing"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/complete"
	"github.com/enoki-go/enoki/cmd/svc/internal/shell"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// completed returns the lines that Tab makes of one.
func (s *setup) completed(line string) []string {
	start, texts := s.Complete(line)
	var all []string
	for _, text := range texts {
		all = append(all, line[:start]+text)
	}
	return all
}

// offers checks what Tab makes of a line. On a machine that is busy an answer may come
// after complete.Patience, and is there when the silence is forgotten.
func (s *setup) offers(line string, want ...string) {
	s.t.Helper()
	var have []string
	defer func() {
		if s.t.Failed() {
			s.t.Logf("%s\nhave %q\nwant %q", line, have, want)
		}
	}()
	await.Until(s.t, "Tab offers what is wanted", func() bool {
		have = s.completed(line)
		return slices.Equal(have, want)
	}, patience)
}

func TestTabOffersWhatIsRunning(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, tt := range [][]string{
		{"n.rpc.", "n.rpc.desk."},
		{"x = [n.rpc.d", "x = [n.rpc.desk."},
		{"n.rpc.o", `n.rpc["odd-one"]`},
		{"n.rpc . o", `n.rpc ["odd-one"]`},
		{"n.rpc.z"},
		{`n.rpc["`, `n.rpc["desk"]`, `n.rpc["odd-one"]`},
		{`n.rpc['o`, `n.rpc['odd-one']`},
		{`n.rpc["odd-one"].`, `n.rpc["odd-one"]["get-it"]`},
		{`n.rpc["odd-one"]["`, `n.rpc["odd-one"]["get-it"]`},
		{"n.rpc.desk.m", "n.rpc.desk.meet", "n.rpc.desk.move"},
		{"n.rpc.desk.move", "n.rpc.desk.move(", "n.rpc.desk.move.call_async(", "n.rpc.desk.move.try_call("},
		{"n.rpc.desk.stuck", "n.rpc.desk.stuck()", "n.rpc.desk.stuck.call_async(", "n.rpc.desk.stuck.try_call("},
		{"n.rpc.desk.move.", "n.rpc.desk.move.call_async(", "n.rpc.desk.move.try_call("},
		{"n.rpc.nobody."},
		{"n . rpc . desk . mov", "n . rpc . desk . move"},
	} {
		s.offers(tt[0], tt[1:]...)
	}
}

func TestTabOffersParametersThatAreNotGiven(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.prints("f = n.rpc.desk.move\nfrost = 1", "")
	for _, tt := range [][]string{
		{"n.rpc.desk.move(", "n.rpc.desk.move(from=", "n.rpc.desk.move(to="},
		{"n.rpc.desk.move(from='a', ", "n.rpc.desk.move(from='a', to="},
		{"n.rpc.desk.move(to=f(1, 2), f", "n.rpc.desk.move(to=f(1, 2), f", "n.rpc.desk.move(to=f(1, 2), fail(", "n.rpc.desk.move(to=f(1, 2), float(", "n.rpc.desk.move(to=f(1, 2), for", "n.rpc.desk.move(to=f(1, 2), from=", "n.rpc.desk.move(to=f(1, 2), frost"},
		{"n.rpc.desk.move.call_async(", "n.rpc.desk.move.call_async(from=", "n.rpc.desk.move.call_async(to="},
		{"[n.rpc.desk.move.try_call(to", "[n.rpc.desk.move.try_call(to="},
		{"f(", "f(from=", "f(to="},
	} {
		s.offers(tt[0], tt[1:]...)
	}
	for _, line := range []string{"n.rpc.desk.move('a', fro", "n.rpc.desk.move(from=fro", "print(fro", "n.rpc.desk.move('a')(fro"} {
		s.offers(line, line+"st")
	}
}

func TestTabOffersNamesOfValues(t *testing.T) {
	t.Parallel()
	s := newSetup(t, func(c *shell.Config) {
		c.Section = map[string]any{"workers": 20, "max_in": 1, "\x1b": 1}
		c.Data = map[string]string{"language": "de"}
	})
	s.prints("greeting = 'hi'\ndef greet(): pass", "")
	for _, tt := range [][]string{
		{"gre", "greet(", "greeting"},
		{"n", "n.", "not"},
		{"n.", "n.config", "n.data", "n.dispatch_event(", "n.rpc."},
		{"  whi", "  while"},
		{"greeting.up", "greeting.upper("},
		{"n.config['", "n.config['max_in']", "n.config['workers']"},
		{`print(n.data["l`, `print(n.data["language"]`},
		{"json.d", "json.decode("},
		{"unknown."},
		{"greet().up"},
		{"'gre"},
		{"# n."},
		{"n.rpc.desk.hello('n."},
		{"[1, 2]."},
		{"1."},
		{`n.config["` + "\x1b"},
	} {
		s.offers(tt[0], tt[1:]...)
	}
}

func TestTabOffersEventsThatAreHandled(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, tt := range [][]string{
		{"n.dispatch_event(", `n.dispatch_event("payments"`},
		{"n.dispatch_event('", `n.dispatch_event('payments'`},
		{"n.dispatch_event('payments', ", `n.dispatch_event('payments', "paid"`, `n.dispatch_event('payments', "refund.begun"`},
		{"n.dispatch_event('payments', 'r", `n.dispatch_event('payments', 'refund.begun'`},
		{`n.dispatch_event(type="`},
		{`n.dispatch_event(source="`, `n.dispatch_event(source="payments"`},
		{`n.dispatch_event(source="payments", type="p`, `n.dispatch_event(source="payments", type="paid"`},
		{`n.dispatch_event("payments", "paid", "`},
		{`n.dispatch_event("stock", "`},
	} {
		s.offers(tt[0], tt[1:]...)
	}
}

func TestTabNeitherWaitsNorForgetsWhileTheBrokerIsAway(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.offers("n.rpc.", "n.rpc.desk.")
	s.broker.Stop()
	s.awaitAway()
	began := time.Now()
	s.offers("n.rpc.", "n.rpc.desk.")
	s.offers("n.da", "n.data")
	if took := time.Since(began); took > complete.Patience {
		t.Errorf("have %v, want at most %v", took, complete.Patience)
	}
}

func TestTabRemembersForAMomentWhatItHeard(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.offers("n.rpc.d", "n.rpc.desk.")
	began := time.Now() // or later than when it was heard
	svctest.New(t, &Late{}, s.broker)
	if have := s.completed("n.rpc.l"); have != nil && time.Since(began) < complete.Freshness/2 {
		t.Errorf("have %q, want what was heard", have)
	}
	s.prints("'late' in dir(n.rpc)", "True\n") // which asks anew
	s.offers("n.rpc.l", "n.rpc.late.")
}
