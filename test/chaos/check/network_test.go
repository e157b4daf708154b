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

// holed is a caller whose network is a black hole for two seconds.
func (t *tale) holed(ms int64, process string) {
	t.struck(ms, process, plan.Hole)
	t.add(ms+2000, history.Fact{Kind: history.Resumed, Process: process, From: "suite"})
}

func TestServiceThatDoesNotComeBackToItsNetworkIsCaught(t *testing.T) {
	tale := peace().without(is(history.Began, "severed"))
	v := verdict(t, *tale, "P16", "return of their network")
	if v.Violations != 1 || v.Count != 1 {
		t.Errorf("have %d violations of %d: %q, want one", v.Violations, v.Count, v.Violated)
	}
}

func TestCallerWithoutANetworkIsPromisedItsDeadlineAndNoAnswer(t *testing.T) {
	for _, tt := range []struct {
		name, promise, says, process string
		violations                   int
	}{
		{"its own network", "P2", "answered with a result", "caller-0.0", 0},
		{"that of another", "P2", "answered with a result", "caller-1.0", 1},
		{"a panic", "P21", "", "caller-0.0", 0},
		{"its deadline", "P1", "", "caller-0.0", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tale := peace()
			tale.holed(30_000, tt.process)
			tale.sent(29_000, "alone", role.Work)
			tale.answered(39_000, "alone", "no answer in time")
			tale.sent(29_000, "boom", role.Panic)
			tale.answered(39_000, "boom", "no answer in time")
			if tt.promise == "P21" {
				*tale = *tale.without(is(history.Sent, "alone")).without(is(history.Answered, "alone"))
			}
			if tt.promise == "P1" {
				tale.sent(29_000, "late", role.Once)
				tale.answered(39_000+1201, "late", "no answer in time")
			}
			v := verdict(t, *tale, tt.promise, tt.says)
			if v.Violations != tt.violations {
				t.Errorf("%s: have %d violations %q, want %d", tt.promise, v.Violations, v.Violated, tt.violations)
			}
		})
	}
}

func TestCallsOfCallersWithoutANetworkAreCounted(t *testing.T) {
	tale := peace()
	tale.holed(30_000, "caller-0.0")
	tale.sent(29_000, "alone", role.Work)
	tale.answered(39_000, "alone", "no answer in time")
	if v := verdict(t, *tale, "P2", "answered with a result"); v.Values["severed"] != 1 || !strings.Contains(v.Figures, "1 more of callers") {
		t.Errorf("have figures %q, want one call that was set apart", v.Figures)
	}
}

func TestBroadcastToAnInstanceWithoutANetworkComesAgain(t *testing.T) {
	tale := eventPeace()
	tale.holed(30_000, "worker-0.1")
	tale.emitted(30_500, "missed", role.Notice, 0)
	for _, p := range []string{"worker-1.1", "worker-2.1"} {
		tale.handled(30_510, "missed", role.OnNotice, p, "")
	}
	tale.handled(59_000, "missed", role.OnNotice, "worker-0.1", "")
	if v := verdictOf(t, check.JudgeEvents, *tale, "P14", ""); v.Violations > 0 || !strings.Contains(v.Figures, "across") {
		t.Errorf("have %q, want no violation", v.Violated)
	}
}

func TestHostileMessagesAreJudged(t *testing.T) {
	fired := func(cost time.Duration) history.Fact {
		return history.Fact{Kind: history.Fired, Method: "a bomb", Took: cost, Error: "malformed", From: "attacker-0.0"}
	}
	weighed := func(kib int) history.Fact {
		return history.Fact{Kind: history.Weighed, Number: kib, From: "attacker-0.0"}
	}
	for _, tt := range []struct {
		name, says string
		facts      []history.Fact
		want       int
	}{
		{"cheap", "processor time", []history.Fact{fired(100 * time.Millisecond)}, 0},
		{"costly", "processor time", []history.Fact{fired(time.Millisecond), fired(101 * time.Millisecond)}, 1},
		{"small", "grow by", []history.Fact{weighed(64 << 10)}, 0},
		{"large", "grow by", []history.Fact{weighed(64<<10 + 1)}, 1},
		{"alive", "ends a process", []history.Fact{{Kind: history.Ready, Process: "worker-0.0"}}, 0},
		{"dead", "ends a process", []history.Fact{{Kind: history.Ready, Process: "worker-0.0"}, {Kind: history.Exited, Process: "worker-0.0", Code: 2}}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := verdictOf(t, check.JudgeHostile, tt.facts, "P18", tt.says)
			if v.Violations != tt.want || v.Count == 0 {
				t.Errorf("have %d violations of %d: %q, want %d", v.Violations, v.Count, v.Violated, tt.want)
			}
		})
	}
}
