package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// judgeFunc is one of those that judge histories.
type judgeFunc func([]history.Fact, check.Rules) []check.Verdict

func verdictOf(t *testing.T, judge judgeFunc, facts []history.Fact, promise, says string) check.Verdict {
	t.Helper()
	for _, v := range judge(facts, rules) {
		if v.Promise == promise && strings.Contains(v.Says, says) {
			return v
		}
	}
	t.Fatalf("no verdict on %s, %s", promise, says)
	return check.Verdict{}
}

// wantPeace fails where something is violated, or was not looked at.
func wantPeace(t *testing.T, judge judgeFunc, facts []history.Fact) {
	t.Helper()
	for _, v := range judge(facts, rules) {
		if v.Violations != 0 || v.Count == 0 {
			t.Errorf("%s, %s: have %d violations %q of %d, want none of some", v.Promise, v.Says, v.Violations, v.Violated, v.Count)
		}
	}
}

// wantViolation fails where a history does not violate a promise for a reason.
func wantViolation(t *testing.T, judge judgeFunc, facts []history.Fact, promise, says, reason string) {
	t.Helper()
	v := verdictOf(t, judge, facts, promise, says)
	if have := strings.Join(v.Violated, "\n"); v.Violations == 0 || !strings.Contains(have, reason) {
		t.Errorf("%s, %s: have %d violations %q, want one with %q", v.Promise, v.Says, v.Violations, have, reason)
	}
}

// eventViolations are histories in each of which one thing went wrong.
var eventViolations = []struct {
	name, promise, says, reason string
	happen                      func(*tale) *tale
}{
	{"TooManyAtOnce", "P7", "", "too many", func(t *tale) *tale {
		for _, id := range []string{"one", "two", "three"} {
			t.emitted(300, id, role.Done, 0)
			t.handled(310, id, role.OnDone, "worker-1.0", "")
		}
		return t
	}},
	{"EventThatNeverBegan", "P9", "dead there", "on_done_too never began", func(t *tale) *tale {
		return t.without(func(f history.Fact) bool { return f.ID == "fine" && f.Method == role.OnDoneToo })
	}},
	{"EventLostWithItsProcess", "P9", "dead there", "never handled [last in a process hit by kill]", func(t *tale) *tale {
		return t.without(func(f history.Fact) bool {
			return f.ID == "survivor" && f.From == "worker-1.1" && f.Method == role.OnDone
		})
	}},
	{"EventThatOnlyFailed", "P9", "dead there", "never handled [last in a healthy", func(t *tale) *tale {
		t.emitted(300, "once", role.Done, 1)
		t.handled(310, "once", role.OnDone, "worker-1.0", role.Planned)
		t.handled(310, "once", role.OnDoneToo, "worker-1.0", "")
		return t
	}},
	{"EventInAFullStreamLost", "P9", "dead there", "on_excess never began", func(t *tale) *tale {
		return t.without(func(f history.Fact) bool { return f.Method == role.OnExcess })
	}},
	{"EventOfNobody", "P9", "dead there", "never emitted", func(t *tale) *tale {
		t.handled(300, "ghost", role.OnDone, "worker-1.0", "")
		return t
	}},
	{"EventsThatStillWait", "P9", "dead there", "still waits: 3 held", func(t *tale) *tale {
		t.add(60_000, history.Fact{Kind: history.Undrained, Error: "3 held", From: "collector-0.0"})
		return t
	}},
	{"RowWithoutEffect", "P10", "with outbox and inbox", "no effect", func(t *tale) *tale {
		t.found(history.Committed, "idle-row", "", 0)
		return t
	}},
	{"TwoEffects", "P10", "with outbox and inbox", "more than one effect", func(t *tale) *tale {
		t.found(history.Effect, "row", role.OnPlaced, 0)
		return t
	}},
	{"EffectOfWhatWasRolledBack", "P10", "with outbox and inbox", "never committed", func(t *tale) *tale {
		t.found(history.Effect, "no-row", role.OnPlaced, 0)
		return t
	}},
	{"EffectOfADeadEvent", "P10", "with outbox and inbox", "both an effect and a dead letter", func(t *tale) *tale {
		t.found(history.Effect, "bad-row", role.OnPlaced, 0)
		return t
	}},
	{"InnocentAmongTheDead", "P11", "and no other", "innocent among the dead of on_done", func(t *tale) *tale {
		t.found(history.Buried, "fine", role.OnDone, 0)
		return t
	}},
	{"DeadWhereItNeverFails", "P11", "and no other", "innocent among the dead of on_done_too", func(t *tale) *tale {
		t.found(history.Buried, "bad", role.OnDoneToo, 0)
		return t
	}},
	{"InnocentRowAmongTheDead", "P11", "and no other", "innocent among the dead of on_placed", func(t *tale) *tale {
		t.found(history.Buried, "row", role.OnPlaced, 0)
		return t
	}},
	{"PoisonThatDoesNotDie", "P11", "and no other", "not among the dead of on_done", func(t *tale) *tale {
		return t.without(is(history.Buried, "bad"))
	}},
	{"PoisonRowThatDoesNotDie", "P11", "and no other", "not among the dead of on_placed", func(t *tale) *tale {
		return t.without(is(history.Buried, "bad-row"))
	}},
	{"FailingEventHoldsUpOthers", "P11", "others begin", "began too late", func(t *tale) *tale {
		t.emitted(36_500, "stuck", role.Done, 0)
		t.handled(39_502, "stuck", role.OnDone, "worker-1.1", "")
		t.handled(36_502, "stuck", role.OnDoneToo, "worker-1.1", "")
		return t
	}},
	{"FullStreamIsNotSaid", "P13", "", "was never told", func(t *tale) *tale {
		return t.without(func(f history.Fact) bool { return f.ID == "full-1" })
	}},
	{"FullStreamWithoutOutcome", "P13", "", "no outcome", func(t *tale) *tale {
		t.add(42, history.Fact{Kind: history.Sent, ID: "full-2", Method: role.Excess, From: "filler-0.0"})
		return t
	}},
	{"FullStreamWithAnotherError", "P13", "", "something else: no time", func(t *tale) *tale {
		t.refused(42, "full-2", role.Excess, "no time", false)
		return t
	}},
	{"FullStreamIsSaidLate", "P13", "", "told too late", func(t *tale) *tale {
		t.refused(42, "full-2", role.Excess, "stream is full", true)
		(*t)[len(*t)-1].Took = 1201 * time.Millisecond
		return t
	}},
	{"BroadcastMissesAnInstance", "P14", "", "did not reach a healthy instance", func(t *tale) *tale {
		return t.without(func(f history.Fact) bool { return f.ID == "news" && f.From == "worker-2.0" })
	}},
	{"BroadcastLostWithTheBroker", "P14", "", "did not reach a healthy instance", func(t *tale) *tale {
		return t.without(func(f history.Fact) bool { return f.ID == "flash" && f.From == "worker-0.1" })
	}},
	{"BroadcastLostInAFreeze", "P14", "", "frozen before", func(t *tale) *tale {
		t.struck(15_000, "worker-0.1", plan.Freeze)
		t.add(18_000, history.Fact{Kind: history.Resumed, Process: "worker-0.1", From: "suite"})
		t.emitted(16_000, "sleepy", role.Notice, 0)
		t.handled(16_002, "sleepy", role.OnNotice, "worker-1.0", "")
		return t
	}},
	{"BroadcastMissesAnInstanceThatStaysToTheEnd", "P14", "", "frozen before", func(t *tale) *tale {
		t.frozenAndEnded(44_000)
		t.add(43_000, history.Fact{Kind: history.Drained, From: "collector-0.0"})
		return t
	}},
	{"EventLostAtGentleStop", "P17", "SIGTERM", "lost", func(t *tale) *tale {
		return t.without(func(f history.Fact) bool { return f.Kind == history.Ended && f.ID == "last" && f.Method == role.OnDone })
	}},
	{"EventCancelledAtGentleStop", "P17", "SIGTERM", "cancelled", func(t *tale) *tale {
		t.begins(20_050, "fine", role.OnDone, "worker-2.0", 1)
		t.ends(20_060, "fine", role.OnDone, "worker-2.0", "context canceled")
		return t
	}},
	{"EventRunAgainAtGentleStop", "P17", "SIGTERM", "ran again", func(t *tale) *tale {
		t.begins(20_300, "last", role.OnDone, "worker-1.0", 2)
		return t
	}},
	{"GentleStopWithWrongCode", "P17", "SIGTERM", "exit code is 1", func(t *tale) *tale {
		t = t.without(exitOf("worker-2.0"))
		t.exited(20_200, "worker-2.0", 1)
		return t
	}},
	{"GentleStopTooLong", "P17", "SIGTERM", "too late", func(t *tale) *tale {
		t = t.without(exitOf("worker-2.0"))
		t.exited(28_001, "worker-2.0", 0)
		return t
	}},
	{"ProcessEndedByItself", "P21", "", "nobody had told", func(t *tale) *tale {
		t.exited(39_000, "worker-0.1", 2)
		return t
	}},
}

func TestPeaceOfEventsHasNoViolations(t *testing.T) { wantPeace(t, check.JudgeEvents, *eventPeace()) }

func TestEachViolationOfEventsIsCaught(t *testing.T) {
	for _, tt := range eventViolations {
		t.Run(tt.name, func(t *testing.T) {
			wantViolation(t, check.JudgeEvents, *tt.happen(eventPeace()), tt.promise, tt.says, tt.reason)
		})
	}
}
