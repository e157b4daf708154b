package check_test

import (
	"strings"
	"testing"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// excuses are histories in each of which something looks wrong and is not.
var excuses = []struct {
	name, promise, says string
	happen              func(*tale)
}{
	{"EventThatWasNotAcknowledged", "P9", "dead there", func(t *tale) { t.refused(300, "unsure", role.Done, "no answer", false) }},
	{"PoisonThatWasNotAcknowledged", "P11", "and no other", func(t *tale) {
		t.add(300, history.Fact{Kind: history.Sent, ID: "unsure", Method: role.Done, Fails: role.Always, From: "emitter-0.0"})
		t.found(history.Buried, "unsure", role.OnDone, 0)
	}},
	{"WaitBecauseOfAKill", "P11", "others begin", func(t *tale) {
		t.emitted(999, "slow", role.Done, 0)
		t.handled(31_000, "slow", role.OnDone, "worker-1.1", "")
	}},
	{"BroadcastToAnInstanceThatStartsLater", "P14", "", func(t *tale) {
		t.launched(34_000, "worker-3.0")
		t.emitted(33_999, "early", role.Notice, 0)
		for _, p := range []string{"worker-0.1", "worker-1.1", "worker-2.1"} {
			t.handled(34_010, "early", role.OnNotice, p, "")
		}
	}},
	{"BroadcastToAnInstanceThatIsKilledSoon", "P14", "", func(t *tale) {
		t.struck(33_000, "worker-0.1", plan.Kill)
		t.exited(33_001, "worker-0.1", -1)
		t.emitted(30_000, "short", role.Notice, 0)
		for _, p := range []string{"worker-1.1", "worker-2.1"} {
			t.handled(30_010, "short", role.OnNotice, p, "")
		}
	}},
	{"BroadcastToAnInstanceThatEndsBeforeItComesAgain", "P14", "", func(t *tale) { t.frozenAndEnded(44_000) }},
	{"BroadcastToAnInstanceThatStartedWithoutABroker", "P14", "", func(t *tale) {
		t.launched(11_000, "worker-3.0")
		t.emitted(13_000, "hurry", role.Notice, 0)
		for _, p := range []string{"worker-0.1", "worker-1.0", "worker-2.0"} {
			t.handled(13_010, "hurry", role.OnNotice, p, "")
		}
	}},
	{"PlannedFailureAtGentleStop", "P17", "SIGTERM", func(t *tale) {
		t.begins(20_050, "bad", role.OnDone, "worker-2.0", 1)
		t.ends(20_060, "bad", role.OnDone, "worker-2.0", role.Planned)
	}},
}

func TestWhatOnlyLooksWrongIsNoViolation(t *testing.T) {
	for _, tt := range excuses {
		t.Run(tt.name, func(t *testing.T) {
			tale := eventPeace()
			tt.happen(tale)
			if v := verdictOf(t, check.JudgeEvents, *tale, tt.promise, tt.says); v.Violations > 0 {
				t.Errorf("%s, %s: have %q, want no violation", v.Promise, v.Says, v.Violated)
			}
		})
	}
}

func TestFiguresOfEventsAreShown(t *testing.T) {
	for _, want := range []struct{ promise, says, figure string }{
		{"P9", "dead there", "100.00 %, 1 of them dead"},
		{"P9", "more than once", "1 were handled again"},
		{"P10", "with outbox and inbox", "2 rows = 1 effects + 1 dead"},
		{"P10", "without an inbox", "1 with more than one effect, 0 with none"},
		{"P11", "and no other", "2 letters, 0 events with more than one"},
		{"P13", "", "1 were stored before"},
		{"P14", "", "max 1ms, 3 across"},
		{"P17", "SIGTERM", "max 200ms"},
	} {
		if v := verdictOf(t, check.JudgeEvents, *eventPeace(), want.promise, want.says); !strings.Contains(v.Figures, want.figure) {
			t.Errorf("%s, %s: have figures %q, want %q in them", v.Promise, v.Says, v.Figures, want.figure)
		}
	}
}
