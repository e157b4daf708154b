package check_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// due returns the ID of the due time number n, in a made-up time that begins at 1970.
func due(n int64) string { return strconv.FormatInt(n*role.Interval.Milliseconds(), 10) }

func (t *tale) ticked(n, late, attempt int64, process string) {
	ms := n*role.Interval.Milliseconds() + late
	t.begins(ms, due(n), role.Tick, process, int(attempt))
	t.ends(ms+600, due(n), role.Tick, process, "")
}

// tickPeace is a history of a job without violations: the process of 3 is killed, which
// keeps 4 and 5 waiting, and the broker is away at 8.
func tickPeace() *tale {
	t := &tale{}
	t.processes()
	for n := range int64(20) {
		t.found(history.Ticked, due(n+1), "", 0)
	}
	t.ticked(1, 5, 0, "worker-0.0")
	t.ticked(2, 5, 0, "worker-1.0")
	t.begins(6005, due(3), role.Tick, "worker-0.0", 0)
	t.struck(6300, "worker-0.0", plan.Active)
	t.exited(6301, "worker-0.0", -1)
	t.ready(7000, "worker-0.1")
	t.ticked(3, 5305, 1, "worker-1.0") // until 11.905 s
	t.ticked(4, 3906, 0, "worker-2.0") // until 12.506 s
	t.ticked(5, 2507, 0, "worker-1.0")
	t.ticked(6, 1110, 0, "worker-1.0")
	t.ticked(7, 5, 0, "worker-2.0")
	t.struck(15_900, "broker-0.0", plan.Broker)
	t.exited(15_901, "broker-0.0", -1)
	t.ready(16_900, "broker-0.1")
	t.ticked(8, 1300, 0, "worker-1.0")
	for n := int64(9); n <= 20; n++ {
		t.ticked(n, 5, 0, "worker-2.1")
	}
	return t
}

func ofTick(n int64) func(history.Fact) bool {
	return func(f history.Fact) bool { return f.ID == due(n) }
}

func TestPeaceOfTicksHasNoViolations(t *testing.T) { wantPeace(t, check.JudgeTimers, *tickPeace()) }

// The broker dies a tenth of a second after it handed out tick 14, and has forgotten that.
func TestRerunThatTheBrokerForgotNeedsNoMark(t *testing.T) {
	peace := tickPeace()
	peace.struck(28_100, "broker-0.1", plan.Broker)
	peace.exited(28_101, "broker-0.1", -1)
	peace.ready(28_300, "broker-0.2")
	peace.ticked(14, 400, 0, "worker-1.0")
	wantPeace(t, check.JudgeTimers, *peace)
}

func TestFiguresOfTicksAreShown(t *testing.T) {
	for says, want := range map[string]string{
		"is handled": "handled 100.00 %", "begin within": "max 5ms; 4 waited", "more than once": "1 ran again, median 5.01s",
	} {
		if v := verdictOf(t, check.JudgeTimers, *tickPeace(), "P15", says); !strings.Contains(v.Figures, want) {
			t.Errorf("P15, %s: have figures %q, want %q in them", v.Says, v.Figures, want)
		}
	}
}

func TestViolationsOfTicksAreCaught(t *testing.T) {
	for _, tt := range []struct {
		name, says, reason string
		happen             func(*tale) *tale
	}{
		{"TickNobodyKnowsOf", "is handled", "never stored", func(t *tale) *tale { return t.without(ofTick(11)) }},
		{"TickThatNeverBegan", "is handled", "stored and never began", func(t *tale) *tale {
			return t.without(func(f history.Fact) bool { return ofTick(11)(f) && f.Kind != history.Ticked })
		}},
		{"TickOfAKilledProcessLost", "is handled", "began and was never handled", func(t *tale) *tale {
			return t.without(func(f history.Fact) bool { return ofTick(3)(f) && f.From == "worker-1.0" })
		}},
		{"TickWhileTheBrokerWasAwayShortly", "is handled", "never stored", func(t *tale) *tale { return t.without(ofTick(8)) }},
		{"TwoMessages", "one message", "has 2 messages", func(t *tale) *tale {
			t.found(history.Ticked, due(11), "", 0)
			return t
		}},
		{"MessageBetweenDueTimes", "one message", "no due time", func(t *tale) *tale {
			t.found(history.Ticked, "21000", "", 0)
			return t
		}},
		{"RunWithoutAMessage", "one message", "has 0 messages", func(t *tale) *tale {
			return t.without(is(history.Ticked, due(11)))
		}},
		{"RerunWithoutAMark", "one message", "without a mark", func(t *tale) *tale {
			t.ticked(11, 1000, 0, "worker-1.0")
			return t
		}},
		{"LateTick", "begin within", "began too late", func(t *tale) *tale {
			t = t.without(func(f history.Fact) bool { return ofTick(15)(f) && f.Kind != history.Ticked })
			t.ticked(15, 2001, 0, "worker-1.1")
			return t
		}},
		{"LateTakeover", "begin within", "began too late", func(t *tale) *tale {
			t = t.without(func(f history.Fact) bool { return ofTick(4)(f) && f.Kind != history.Ticked })
			t.ticked(4, 11_905-8000+2001, 0, "worker-1.0")
			return t
		}},
		{"LateRerun", "begin within", "ran again too late", func(t *tale) *tale {
			t = t.without(func(f history.Fact) bool { return ofTick(3)(f) && f.From == "worker-1.0" })
			t.ticked(3, 300+5000+2001, 1, "worker-1.0")
			return t
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantViolation(t, check.JudgeTimers, *tt.happen(tickPeace()), "P15", tt.says, tt.reason)
		})
	}
}

func TestTickThatWasGivenToAProcessJustKilledMayBeLate(t *testing.T) {
	for _, tt := range []struct {
		killed     int64 // ms before the due time
		violations int
	}{{-20, 0}, {20, 0}, {2500, 1}} {
		tale := tickPeace().without(func(f history.Fact) bool { return ofTick(15)(f) && f.Kind != history.Ticked })
		tale.struck(30_000-tt.killed, "worker-0.1", plan.Active)
		tale.exited(30_001-tt.killed, "worker-0.1", -1)
		tale.ticked(15, 5050, 1, "worker-1.1")
		v := verdictOf(t, check.JudgeTimers, *tale, "P15", "begin within")
		if late := strings.Join(v.Violated, ""); v.Violations < tt.violations || tt.violations == 0 && v.Violations > 0 {
			t.Errorf("P15 with a kill %d ms before: have %d violations %q, want %d", tt.killed, v.Violations, late, tt.violations)
		}
	}
}

func TestTickMayBeLeftOutWhileTheBrokerIsAwayForLong(t *testing.T) {
	tale := tickPeace().without(ofTick(8))
	for i, f := range *tale {
		if f.Process == "broker-0.1" {
			(*tale)[i].Time += int64(2 * time.Second)
		}
	}
	if v := verdictOf(t, check.JudgeTimers, *tale, "P15", "is handled"); v.Violations > 0 || !strings.Contains(v.Figures, "1 more") {
		t.Errorf("P15: have %q and %q, want no violation and the excuse", v.Violated, v.Figures)
	}
}
