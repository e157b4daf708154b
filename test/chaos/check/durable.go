package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// durableLimit is how long after the death of their process durable calls run
// again, without the slack.
const durableLimit = 6 * time.Second

// submitted is the part of P4 that a caller sees at once. One that was killed
// sees nothing.
func (p *past) submitted() Verdict {
	var f findings
	var took []time.Duration
	v := Verdict{Promise: "P4", Says: "durable calls are taken within their deadline"}
	for _, c := range p.callsOf(role.Durable) {
		_, killed := p.process(c.sent.From).hit(plan.Caller)
		switch s := c.submitted; {
		case s == nil && killed, p.severed(c, c.until()) && (s == nil || s.Error != ""):
			continue
		case s == nil:
			f.add("no outcome", c.id)
		case s.Error != "":
			f.add(s.Error, c.id)
		case s.Took > c.sent.Limit+grace+p.rules.Slack:
			f.add("too late", c.id)
		default:
			took = append(took, s.Took)
		}
		v.Count++
	}
	v.spread(took)
	return f.into(v)
}

// kept is P4: who was told that a durable call is stored finds its result.
func (p *past) kept() Verdict {
	var f findings
	v := Verdict{Promise: "P4", Says: "durable calls that were taken ran and have a result"}
	orphans := 0
	for _, c := range p.taken() {
		v.Count++
		if _, killed := p.process(c.sent.From).hit(plan.Caller); killed {
			orphans++
		}
		if why := c.unkept(); why != "" {
			f.add(why+" [hit by "+p.hits(c)+"]", c.id)
		}
	}
	v.share("result of", v.Count-f.count, v.Count)
	v.Figures += fmt.Sprintf(", %d of callers that were killed", orphans)
	v.measured("orphans", float64(orphans))
	return f.into(v)
}

// unkept says what is missing of a durable call.
func (c *call) unkept() string {
	if len(c.runs) == 0 {
		return "never ran"
	}
	if why, failed := c.failed(); failed {
		return why
	}
	for _, r := range c.runs {
		if r.completed() && r.process.name == c.answers[0].By {
			return ""
		}
	}
	return "has a result that no run came to"
}

// keptAgain is the price of P4, which is no violation.
func (p *past) keptAgain() Verdict {
	return again(Verdict{Promise: "P4", Says: "durable calls that ran more than once (allowed)"}, p.taken())
}

// durableAfterKill is P4 for the death of a worker.
func (p *past) durableAfterKill() Verdict {
	v := Verdict{Promise: "P4", Says: fmt.Sprintf("killed: durable calls run again within %v", durableLimit+p.rules.Slack)}
	return p.reruns(v, role.Durable, plan.Kill, durableLimit)
}

// taken are the durable calls whose caller was told that they are stored.
func (p *past) taken() []*call {
	var calls []*call
	for _, c := range p.callsOf(role.Durable) {
		if c.submitted != nil && c.submitted.Error == "" {
			calls = append(calls, c)
		}
	}
	return calls
}

// detained reports whether a second process was frozen or killed between two
// times: what the broker gave it then, it gives to the next one when nobody has
// acknowledged it for as long again.
func (p *past) detained(from, to int64) bool {
	return slices.ContainsFunc(p.workers(), func(of *process) bool {
		return slices.ContainsFunc(of.strikes, func(s history.Fact) bool {
			switch plan.Kind(s.Fault) {
			case plan.Kill:
				return from < s.Time && s.Time <= to
			case plan.Freeze, plan.Cut, plan.Hole:
				return s.Time <= to && from <= of.resumedAfter(s.Time, to)
			default:
				return false
			}
		})
	})
}
