package shell_test

import (
	"context"
	"errors"
	"regexp"
	"testing"

	"github.com/enoki-go/enoki/cmd/svc/internal/shell"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
)

func TestDispatchedEventIsHandledAsThoseOfItsSource(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.prints(`n.data["language"] = "de"
n.dispatch_event("payments", "paid", {"Order": "o1"}, id="e1")`, "{'event': 'payments.paid', 'handled': True, 'id': 'e1'}\n")
	if have, want := await.Take(t, s.desk.paid), (Paid{"o1", "de"}); have != want {
		t.Errorf("have %+v, want %+v", have, want)
	}
	s.prints(`n.dispatch_event(source="payments", type="refund.begun", data={"Order": "o2"}, key="o2")["handled"]`, "True\n")
	if have := await.Take(t, s.desk.paid); have.Order != "o2" {
		t.Errorf("have %+v, want o2", have)
	}
}

func TestEventThatNobodyHandlesIsSaidToBeSo(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.prints(`n.dispatch_event("payments", "lost", id="e1")`, "{'event': 'payments.lost', 'handled': False, 'id': 'e1'}\n")
}

func TestEventsThatCannotBeEmittedAreErrors(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for code, want := range map[string]string{
		`n.dispatch_event("pay ments", "paid")`:              `have source "pay ments" and type "paid", want names`,
		`n.dispatch_event("payments", "")`:                   `type "", want names`,
		`n.dispatch_event("payments")`:                       "missing argument for type",
		`n.dispatch_event("payments", "paid", len)`:          "dispatch payments.paid: a builtin_function_or_method cannot be sent",
		`n.dispatch_event("payments", "paid", 1, oder="x")`:  `unexpected keyword argument "oder"`,
		"n.data['x'] = 1\nn.dispatch_event('payments', 'a')": "dispatch payments.a: have n.data['x'] = 1",
		`n.dispatch_evnt("payments", "paid")`:                "did you mean .dispatch_event?",
		`n.rcp`:                                              `n has no rcp; did you mean "rpc"?`,
		`n.zzzzz`:                                            "n has no zzzzz; it has config, data, dispatch_event, rpc",
	} {
		s.fails(code, want)
	}
	if err := s.failure(`n.dispatch_event("", "paid")`); !errors.Is(err, events.ErrBadEvent) {
		t.Errorf("have %v, want %v", err, events.ErrBadEvent)
	}
}

var errNoBroker = errors.New("no broker")

func TestConnectionForEventsIsMadeWhenOneIsEmitted(t *testing.T) {
	t.Parallel()
	s := newSetup(t, func(c *shell.Config) {
		c.Events = func(context.Context) (*events.Standalone, error) { return nil, errNoBroker }
	})
	s.prints("1", "1\n")
	if err := s.failure(`n.dispatch_event("payments", "paid")`); !errors.Is(err, errNoBroker) {
		t.Errorf("have %v, want %v", err, errNoBroker)
	}
}

func TestPromptTellsHowLongAnEventAndCallsSideBySideTook(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	p := &typist{lines: []string{
		"n.dispatch_event('payments', 'lost')['handled']",
		"calls = [n.rpc.desk.buy.call_async(1) for i in range(3)]",
		"[c.result() for c in calls]",
		"[c.result() for c in calls]",
		"n.rpc.desk.buy.call_async(1).result()",
	}}
	if err := s.Interact(s.within(), p, nil); err != nil {
		t.Fatal(err)
	}
	have := regexp.MustCompile(`\d+\.\d ms`).ReplaceAllString(s.stderr.String(), "T")
	if want := "# T\n# 3 calls, T\n# T\n"; have != want {
		t.Errorf("have %s, want %s: results are timed once", have, want)
	}
}
