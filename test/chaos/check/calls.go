package check

import (
	"fmt"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/role"
)

// grace is how late after its deadline a call may return.
const grace = 200 * time.Millisecond

// oneOutcome is P1.
func (p *past) oneOutcome() Verdict {
	var f findings
	v := Verdict{Promise: "P1", Says: fmt.Sprintf("one outcome, by deadline + %v", grace+p.rules.Slack)}
	var latest time.Duration
	for _, c := range p.calls {
		if c.sent.Time == 0 {
			f.add("ran, but was never sent", c.id)
			continue
		}
		if c.method == role.Durable {
			continue // that is P4
		}
		v.Count++
		if len(c.answers) > 0 {
			latest = max(latest, c.answers[0].Took-c.sent.Limit)
		}
		if why := p.outcome(c); why != "" {
			f.add(why, c.id)
		}
	}
	v.Figures = fmt.Sprintf("latest %v after its deadline", brief(latest))
	v.measured("late_ms", milliseconds(latest))
	return f.into(v)
}

// outcome says what is wrong with how a call returned.
func (p *past) outcome(c *call) string {
	switch {
	case len(c.answers) == 0:
		return "no outcome"
	case len(c.answers) > 1:
		return "more than one outcome"
	case c.answers[0].Took > c.sent.Limit+grace+p.rules.Slack:
		return "too late"
	case c.answers[0].Error != "" && !c.answers[0].Typed && !p.rules.Naive:
		return "error without a code: " + c.answers[0].Error
	default:
		return ""
	}
}

// answered is P2.
func (p *past) answered() Verdict {
	var f findings
	v := Verdict{Promise: "P2", Says: "default calls answered with a result"}
	alone := 0
	for _, c := range p.callsOf(role.Work) {
		why, failed := c.failed()
		if failed && p.severed(c, c.until()) {
			alone++
			continue
		}
		v.Count++
		if failed {
			f.add(why+" [hit by "+p.hits(c)+"]", c.id)
		}
	}
	if v.share("answered", v.Count-f.count, v.Count); alone > 0 {
		v.Figures += fmt.Sprintf(", but for %d more of callers whose network was cut", alone)
		v.measured("severed", float64(alone))
	}
	return f.into(v)
}

// hits returns the faults that befell a call while its caller waited: those of
// the processes that ran it, in order, and of brokers.
func (p *past) hits(c *call) string {
	until := c.until()
	var kinds []string
	for _, r := range c.runs {
		for _, s := range r.process.strikes {
			if s.Time >= r.began.Time && s.Time <= until {
				kinds = append(kinds, s.Fault)
			}
		}
	}
	for _, o := range p.outages {
		if o.from <= until && o.to >= c.sent.Time {
			kinds = append(kinds, "broker away")
		}
	}
	if len(kinds) == 0 {
		return "nothing"
	}
	return strings.Join(kinds, ", ")
}

// doubles is the price of P2, which is no violation.
func (p *past) doubles() Verdict {
	v := Verdict{Promise: "P2", Says: "default calls that ran more than once (allowed)"}
	return again(v, p.callsOf(role.Work))
}

// again counts the calls that ran more than once.
func again(v Verdict, calls []*call) Verdict {
	twice := 0
	for _, c := range calls {
		v.Count++
		if len(c.runs) > 1 {
			twice++
		}
	}
	v.share(fmt.Sprintf("%d ran again,", twice), twice, v.Count)
	v.measured("again", float64(twice))
	return v
}

// neverTwice is P3.
func (p *past) neverTwice() Verdict {
	var f findings
	v := Verdict{Promise: "P3", Says: "at-most-once calls never start twice"}
	answered := 0
	for _, c := range p.callsOf(role.Once) {
		v.Count++
		if _, failed := c.failed(); !failed {
			answered++
		}
		if len(c.runs) > 1 {
			f.add(fmt.Sprintf("started in %s and in %s", kindOf(c.runs[0]), kindOf(c.runs[1])), c.id)
		}
	}
	v.share("answered", answered, v.Count)
	return f.into(v)
}

// kindOf says what became of the process of a run.
func kindOf(r *run) string {
	for _, s := range r.process.strikes {
		if r.ended == nil || s.Time <= r.ended.Time {
			return "a process hit by " + s.Fault
		}
	}
	return "a healthy process"
}

// panicsCostOneCall is P21.
func (p *past) panicsCostOneCall() Verdict {
	var f findings
	v := Verdict{Promise: "P21", Says: "a panic costs one call, and no process"}
	for _, c := range p.callsOf(role.Panic) {
		v.Count++
		switch why, failed := c.failed(); {
		case !failed:
			f.add("a panic was answered with a result", c.id)
		case !strings.Contains(why, role.PanicText) && !p.severed(c, c.until()):
			f.add(why, c.id)
		}
	}
	for _, of := range p.inOrder() {
		if of.exited != nil && !of.ended() {
			f.add("a process ended that nobody had told to", of.name)
		}
	}
	return f.into(v)
}

func (p *past) callsOf(method string) []*call {
	var calls []*call
	for _, c := range p.calls {
		if c.method == method && c.sent.Time != 0 {
			calls = append(calls, c)
		}
	}
	return calls
}
