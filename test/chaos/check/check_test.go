package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

const limit = 10 * time.Second

var rules = check.Rules{Workers: 2, Drain: 5 * time.Second, Slack: time.Second}

// tale is a history that is made up; times are milliseconds since its begin.
type tale []history.Fact

func (t *tale) add(ms int64, f history.Fact) {
	f.Time = 1 + ms*int64(time.Millisecond)
	*t = append(*t, f)
}

func (t *tale) sent(ms int64, id, method string) {
	from := "caller-0.0"
	if method == role.Durable {
		from = "submitter-0.0"
	}
	t.add(ms, history.Fact{Kind: history.Sent, ID: id, Method: method, Limit: limit, From: from})
}

// answered ends a call; errs is empty for a result.
func (t *tale) answered(ms int64, id, errs string) {
	f := history.Fact{Kind: history.Answered, ID: id, Error: errs, Typed: errs != "", From: "caller-0.0"}
	for _, s := range *t {
		if s.Kind == history.Sent && s.ID == id {
			f.Took, f.Method = time.Duration(1+ms*int64(time.Millisecond)-s.Time), s.Method
		}
	}
	t.add(ms, f)
}

func (t *tale) began(ms int64, id, method, process string) {
	t.add(ms, history.Fact{Kind: history.Began, ID: id, Method: method, From: process})
}

func (t *tale) ended(ms int64, id, process, errs string) {
	t.add(ms, history.Fact{Kind: history.Ended, ID: id, From: process, Error: errs})
}

func (t *tale) ready(ms int64, process string) {
	t.add(ms, history.Fact{Kind: history.Ready, Process: process, From: "suite"})
}

func (t *tale) struck(ms int64, process string, k plan.Kind) {
	t.add(ms, history.Fact{Kind: history.Struck, Process: process, Fault: string(k), From: "suite"})
}

func (t *tale) exited(ms int64, process string, code int) {
	t.add(ms, history.Fact{Kind: history.Exited, Process: process, Code: code, From: "suite"})
}

// run is a call that is sent, runs and is answered.
func (t *tale) run(ms int64, id, method, process string) {
	t.sent(ms, id, method)
	t.began(ms+1, id, method, process)
	t.ended(ms+2, id, process, "")
	t.answered(ms+3, id, "")
}

// peace is a history without violations: every kind of call and of fault is in
// it.
func peace() *tale {
	t := &tale{}
	t.ready(0, "broker-0.0")
	for _, p := range []string{"worker-0.0", "worker-1.0", "worker-2.0"} {
		t.ready(0, p)
	}
	t.run(10, "fine", role.Work, "worker-0.0")
	t.run(20, "single", role.Once, "worker-0.0")
	t.sent(30, "bang", role.Panic)
	t.answered(31, "bang", "panic: "+role.PanicText)
	t.orphaned(200)
	t.killed(1000)
	t.forced(3000)
	t.terminated(5000)
	t.brokerKilled(10_000)
	t.severed(20_000)
	t.add(40_000, history.Fact{Kind: history.LoadDone, From: "suite"})
	return t
}

// orphaned is a durable call whose caller dies before it runs, and its worker
// after 0.9 s.
func (t *tale) orphaned(ms int64) {
	t.ready(0, "submitter-0.0")
	t.sent(ms, "kept", role.Durable)
	t.submitted(ms+2, "kept", "")
	t.sent(ms+3, "unknown", role.Durable)
	t.struck(ms+4, "submitter-0.0", plan.Caller)
	t.exited(ms+5, "submitter-0.0", -1)
	t.began(ms+700, "kept", role.Durable, "worker-0.0")
}

func (t *tale) submitted(ms int64, id, errs string) {
	t.add(ms, history.Fact{Kind: history.Submitted, ID: id, Method: role.Durable, Handle: "handle", Error: errs, From: "submitter-0.0"})
}

func (t *tale) fetched(ms int64, id, by, errs string) {
	t.add(ms, history.Fact{Kind: history.Fetched, ID: id, Method: role.Durable, By: by, Error: errs, From: "fetcher-0.0"})
}

func (t *tale) killed(ms int64) {
	t.sent(ms, "survivor", role.Work)
	t.began(ms+1, "survivor", role.Work, "worker-0.0")
	t.struck(ms+100, "worker-0.0", plan.Kill)
	t.exited(ms+101, "worker-0.0", -1)
	t.began(ms+4500, "kept", role.Durable, "worker-2.0")
	t.ended(ms+4600, "kept", "worker-2.0", "")
	t.fetched(41_000, "kept", "worker-2.0", "")
	t.began(ms+900, "survivor", role.Work, "worker-1.0")
	t.ended(ms+901, "survivor", "worker-1.0", "")
	t.answered(ms+902, "survivor", "")
	t.ready(ms+1500, "worker-0.1")
}

func (t *tale) forced(ms int64) {
	t.sent(ms, "handed", role.Work)
	t.began(ms+1, "handed", role.Work, "worker-1.0")
	t.struck(ms+100, "worker-1.0", plan.Double)
	t.ended(ms+101, "handed", "worker-1.0", "context canceled")
	t.exited(ms+110, "worker-1.0", 130)
	t.began(ms+120, "handed", role.Work, "worker-2.0")
	t.ended(ms+130, "handed", "worker-2.0", "")
	t.answered(ms+131, "handed", "")
	t.ready(ms+500, "worker-1.1")
}

func (t *tale) terminated(ms int64) {
	t.sent(ms, "last", role.Work)
	t.began(ms+1, "last", role.Work, "worker-2.0")
	t.struck(ms+100, "worker-2.0", plan.Term)
	t.ended(ms+200, "last", "worker-2.0", "")
	t.answered(ms+201, "last", "")
	t.exited(ms+210, "worker-2.0", 0)
	t.ready(ms+500, "worker-2.1")
}

func (t *tale) brokerKilled(ms int64) {
	t.struck(ms, "broker-0.0", plan.Broker)
	t.exited(ms+1, "broker-0.0", -1)
	t.ready(ms+2000, "broker-0.1")
	for i, p := range []string{"worker-0.1", "worker-1.1", "worker-2.1"} {
		t.run(ms+3000, fmt.Sprintf("back-%d", i), role.Work, p)
	}
}

func (t *tale) severed(ms int64) {
	t.struck(ms, "worker-0.1", plan.Cut)
	t.add(ms+1000, history.Fact{Kind: history.Resumed, Process: "worker-0.1", From: "suite"})
	t.run(ms+1500, "severed", role.Work, "worker-0.1")
}

// without leaves out the facts for which drop is true.
func (t *tale) without(drop func(history.Fact) bool) *tale {
	rest := slices.DeleteFunc(slices.Clone(*t), drop)
	return &rest
}

func TestPeaceHasNoViolations(t *testing.T) {
	for _, v := range check.Judge(*peace(), rules) {
		if v.Violations != 0 {
			t.Errorf("%s, %s: have %d violations %q, want none", v.Promise, v.Says, v.Violations, v.Violated)
		}
		if v.Count == 0 {
			t.Errorf("%s, %s: it was looked at nothing", v.Promise, v.Says)
		}
	}
}

func TestMeasuredDelaysAreShown(t *testing.T) {
	for _, want := range []struct{ promise, says, figure string }{
		{"P1", "one outcome", "latest"},
		{"P2", "more than once", "2 ran again"},
		{"P4", "have a result", "100.00 %, 1 of callers that were killed"},
		{"P4", "more than once", "1 ran again"},
		{"P4", "killed", "max 4.4s"},
		{"P6", "killed", "max 800ms"},
		{"P6", "forced stop", "max 20ms"},
		{"P7", "never more than 2", "most 2"},
		{"P16", "broker's return", "max 1s"},
		{"P16", "return of their network", "max 501ms"},
		{"P17", "SIGTERM", "max 110ms"},
		{"P17", "two signals", "max 10ms"},
	} {
		v := verdict(t, *peace(), want.promise, want.says)
		if !strings.Contains(v.Figures, want.figure) {
			t.Errorf("%s, %s: have figures %q, want %q in them", v.Promise, v.Says, v.Figures, want.figure)
		}
	}
}

func verdict(t *testing.T, facts []history.Fact, promise, says string) check.Verdict {
	t.Helper()
	for _, v := range check.Judge(facts, rules) {
		if v.Promise == promise && strings.Contains(v.Says, says) {
			return v
		}
	}
	t.Fatalf("no verdict on %s, %s", promise, says)
	return check.Verdict{}
}
