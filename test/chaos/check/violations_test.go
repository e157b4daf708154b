package check_test

import (
	"strings"
	"testing"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

func is(kind history.Kind, id string) func(history.Fact) bool {
	return func(f history.Fact) bool { return f.Kind == kind && f.ID == id }
}

func exitOf(process string) func(history.Fact) bool {
	return func(f history.Fact) bool { return f.Kind == history.Exited && f.Process == process }
}

// violations are histories in each of which one thing went wrong.
var violations = []struct {
	name    string
	promise string
	says    string // of the verdict
	reason  string
	happen  func(*tale) *tale
}{
	{"CallWithoutOutcome", "P1", "", "no outcome", func(t *tale) *tale {
		return t.without(is(history.Answered, "single"))
	}},
	{"TwoOutcomes", "P1", "", "more than one outcome", func(t *tale) *tale {
		t.answered(40, "fine", "")
		return t
	}},
	{"LateOutcome", "P1", "", "too late", func(t *tale) *tale {
		t.sent(100, "late", role.Once)
		t.answered(100+11_201, "late", "no answer in time")
		return t
	}},
	{"ErrorWithoutCode", "P1", "", "error without a code", func(t *tale) *tale {
		t.sent(100, "odd", role.Once)
		t.add(110, history.Fact{Kind: history.Answered, ID: "odd", Error: "EOF", From: "caller-0.0"})
		return t
	}},
	{"RunOfACallThatNobodySent", "P1", "", "never sent", func(t *tale) *tale {
		t.began(100, "ghost", role.Once, "worker-1.0")
		return t
	}},
	{"DefaultCallAnsweredWithAnError", "P2", "answered with a result", "no answer within #", func(t *tale) *tale {
		t.sent(100, "lost", role.Work)
		t.answered(10_100, "lost", "no answer within 9.998s")
		return t
	}},
	{"DefaultCallNotAnswered", "P2", "answered with a result", "no outcome", func(t *tale) *tale {
		t.sent(100, "silent", role.Work)
		return t
	}},
	{"AtMostOnceStartedTwice", "P3", "", "a healthy process", func(t *tale) *tale {
		t.began(50, "single", role.Once, "worker-1.0")
		return t
	}},
	{"SubmittingWithoutOutcome", "P4", "taken within", "no outcome", func(t *tale) *tale {
		t.sent(800, "unsure", role.Durable)
		return t.without(func(f history.Fact) bool { return f.Fault == string(plan.Caller) })
	}},
	{"SubmittingRefused", "P4", "taken within", "the stream is full", func(t *tale) *tale {
		t.sent(100, "refused", role.Durable)
		t.submitted(110, "refused", "the stream is full")
		return t
	}},
	{"DurableCallThatNeverRan", "P4", "have a result", "never ran", func(t *tale) *tale {
		t.sent(100, "idle", role.Durable)
		t.submitted(110, "idle", "")
		return t
	}},
	{"DurableCallWithoutAResult", "P4", "have a result", "no outcome [hit by kill", func(t *tale) *tale {
		return t.without(is(history.Fetched, "kept"))
	}},
	{"DurableCallWithAnError", "P4", "have a result", "there is no result", func(t *tale) *tale {
		t = t.without(is(history.Fetched, "kept"))
		t.fetched(41_000, "kept", "", "there is no result")
		return t
	}},
	{"DurableCallWithTheResultOfNobody", "P4", "have a result", "no run came to", func(t *tale) *tale {
		t = t.without(is(history.Fetched, "kept"))
		t.fetched(41_000, "kept", "worker-0.0", "")
		return t
	}},
	{"LateRerunOfADurableCall", "P4", "killed", "too late", func(t *tale) *tale {
		t = t.without(func(f history.Fact) bool { return f.ID == "kept" && f.From == "worker-2.0" })
		t.began(1100+7001, "kept", role.Durable, "worker-2.0")
		return t
	}},
	{"LateRerunAfterKill", "P6", "killed", "too late", func(t *tale) *tale {
		t.sent(800, "slow", role.Work)
		t.began(801, "slow", role.Work, "worker-0.0")
		t.began(1100+2001, "slow", role.Work, "worker-2.0")
		return t
	}},
	{"LateRerunAfterForcedStop", "P6", "forced stop", "too late", func(t *tale) *tale {
		t.sent(2800, "slow", role.Work)
		t.began(2801, "slow", role.Work, "worker-1.0")
		t.began(3100+1051, "slow", role.Work, "worker-2.0")
		return t
	}},
	{"TooManyAtOnce", "P7", "", "too many", func(t *tale) *tale {
		for _, id := range []string{"one", "two", "three"} {
			t.began(300, id, role.Work, "worker-1.0")
			t.ended(310, id, "worker-1.0", "")
		}
		return t
	}},
	{"ServiceDoesNotComeBack", "P16", "", "no call reached", func(t *tale) *tale {
		return t.without(is(history.Began, "back-1"))
	}},
	{"ServiceComesBackLate", "P16", "", "no call reached", func(t *tale) *tale {
		t = t.without(is(history.Began, "back-1"))
		t.began(17_001, "back-1", role.Work, "worker-1.1")
		return t
	}},
	{"CallLostAtGentleStop", "P17", "SIGTERM", "lost", func(t *tale) *tale {
		return t.without(is(history.Ended, "last"))
	}},
	{"CallCancelledAtGentleStop", "P17", "SIGTERM", "cancelled", func(t *tale) *tale {
		t.began(5050, "cut", role.Work, "worker-2.0")
		t.ended(5150, "cut", "worker-2.0", "context canceled")
		return t
	}},
	{"CallRunAgainAtGentleStop", "P17", "SIGTERM", "ran again", func(t *tale) *tale {
		t.began(5150, "last", role.Work, "worker-1.1")
		return t
	}},
	{"ResultLostAtGentleStop", "P17", "SIGTERM", "the caller was told", func(t *tale) *tale {
		t = t.without(is(history.Answered, "last"))
		t.answered(6000, "last", "worker lost")
		return t
	}},
	{"GentleStopWithWrongCode", "P17", "SIGTERM", "exit code is 1", func(t *tale) *tale {
		t = t.without(exitOf("worker-2.0"))
		t.exited(5210, "worker-2.0", 1)
		return t
	}},
	{"GentleStopTooLong", "P17", "SIGTERM", "exit too late", func(t *tale) *tale {
		t = t.without(exitOf("worker-2.0"))
		t.exited(5100+8001, "worker-2.0", 0)
		return t
	}},
	{"GentleStopThatDoesNotEnd", "P17", "SIGTERM", "did not exit", func(t *tale) *tale {
		return t.without(exitOf("worker-2.0"))
	}},
	{"ForcedStopTooLong", "P17", "two signals", "exit too late", func(t *tale) *tale {
		t = t.without(exitOf("worker-1.0"))
		t.exited(3100+2501, "worker-1.0", 130)
		return t
	}},
	{"ForcedStopWithWrongCode", "P17", "two signals", "exit code is 2", func(t *tale) *tale {
		t = t.without(exitOf("worker-1.0"))
		t.exited(3110, "worker-1.0", 2)
		return t
	}},
	{"PanicAnsweredWithAResult", "P21", "", "answered with a result", func(t *tale) *tale {
		t = t.without(is(history.Answered, "bang"))
		t.answered(31, "bang", "")
		return t
	}},
	{"PanicWithoutItsText", "P21", "", "no answer in time", func(t *tale) *tale {
		t = t.without(is(history.Answered, "bang"))
		t.answered(31, "bang", "no answer in time")
		return t
	}},
	{"ProcessEndedByItself", "P21", "", "nobody had told", func(t *tale) *tale {
		t.exited(39_000, "worker-1.1", 2)
		return t
	}},
	{"FrozenProcessEndedByItself", "P21", "", "nobody had told", func(t *tale) *tale {
		t.struck(38_000, "worker-1.1", plan.Freeze)
		t.exited(39_000, "worker-1.1", 1)
		return t
	}},
}

func TestEachViolationIsCaught(t *testing.T) {
	for _, tt := range violations {
		t.Run(tt.name, func(t *testing.T) {
			v := verdict(t, *tt.happen(peace()), tt.promise, tt.says)
			if v.Violations == 0 {
				t.Fatalf("%s, %s: have no violation, want one", v.Promise, v.Says)
			}
			if reasons := strings.Join(v.Violated, "\n"); !strings.Contains(reasons, tt.reason) {
				t.Errorf("%s, %s: have %q, want %q", v.Promise, v.Says, reasons, tt.reason)
			}
		})
	}
}

func TestLostCallSaysWhatHitIt(t *testing.T) {
	tale := peace()
	tale.sent(800, "unlucky", role.Work)
	tale.began(801, "unlucky", role.Work, "worker-0.0")
	tale.answered(10_800, "unlucky", "no answer in time")
	v := verdict(t, *tale, "P2", "answered with a result")
	if want := "[hit by kill, broker away]"; !strings.Contains(strings.Join(v.Violated, "\n"), want) {
		t.Errorf("P2 of a call in a killed process: have %q, want %q", v.Violated, want)
	}
}

func TestLimitItselfIsNoViolation(t *testing.T) {
	tale := peace()
	tale.sent(100, "late", role.Once)
	tale.answered(100+11_200, "late", "no answer in time")
	if v := verdict(t, *tale, "P1", ""); v.Violations > 0 {
		t.Errorf("P1 at deadline + 1.2s: have %q, want no violation", v.Violated)
	}
}

func TestWhatABrokerDidIsNoFaultOfAStop(t *testing.T) {
	tale := peace().without(is(history.Ended, "last"))
	tale.struck(5150, "broker-0.0", plan.Broker)
	if v := verdict(t, *tale, "P17", "SIGTERM"); v.Violations > 0 {
		t.Errorf("P17 while the broker is away: have %q, want no violation", v.Violated)
	}
}

func TestDurableCallMayBeGivenToAFrozenProcess(t *testing.T) {
	tale := peace().without(func(f history.Fact) bool { return f.ID == "kept" && f.From == "worker-2.0" })
	tale.began(9101, "kept", role.Durable, "worker-2.1")
	tale.struck(5400, "worker-1.1", plan.Freeze)
	tale.add(8000, history.Fact{Kind: history.Resumed, Process: "worker-1.1", From: "suite"})
	v := verdict(t, *tale, "P4", "killed")
	if v.Violations > 0 || v.Values["detained"] != 1 {
		t.Errorf("P4 after 8s with a second process frozen: have %q and %q, want one detained", v.Violated, v.Figures)
	}
}

func TestPanicIsNoFaultOfAStop(t *testing.T) {
	tale := peace()
	tale.sent(5050, "boom", role.Panic)
	tale.began(5090, "boom", role.Panic, "worker-2.0")
	tale.ended(5110, "boom", "worker-2.0", "")
	tale.answered(5111, "boom", "panic: "+role.PanicText)
	if v := verdict(t, *tale, "P17", "SIGTERM"); v.Violations > 0 {
		t.Errorf("P17 of a call that panics: have %q, want no violation", v.Violated)
	}
}

func TestNaiveErrorsNeedNoCode(t *testing.T) {
	tale := peace()
	tale.sent(100, "odd", role.Once)
	tale.add(110, history.Fact{Kind: history.Answered, ID: "odd", Error: "EOF", From: "caller-0.0"})
	naive := rules
	naive.Naive = true
	for _, v := range check.Judge(*tale, naive) {
		if v.Promise == "P1" && v.Violations > 0 {
			t.Errorf("P1 of plain nats.go: have %q, want no violation", v.Violated)
		}
	}
}
