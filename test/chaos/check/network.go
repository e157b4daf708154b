package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/enoki-go/enoki/test/chaos/plan"
)

// until returns when the caller gives the call up.
func (c *call) until() int64 { return c.sent.Time + int64(c.sent.Limit) }

// severed reports whether the caller of a call had no network for a while between its
// beginning and a time: what it then gets is not promised, but when it gets it.
func (p *past) severed(c *call, to int64) bool {
	return slices.ContainsFunc(p.process(c.sent.From).without(), func(o outage) bool {
		return o.from <= to && c.sent.Time <= o.to+int64(settling)
	})
}

// without returns the times in which the process had no network.
func (p *process) without() []outage {
	var all []outage
	for _, s := range p.strikes {
		if plan.Kind(s.Fault).OfNetwork() {
			all = append(all, outage{s.Time, p.resumedAfter(s.Time, s.Time)})
		}
	}
	return all
}

// backAfterNetwork is P16 for a network that was cut.
func (p *past) backAfterNetwork() Verdict {
	var f findings
	limit := int64(returnLimit + p.rules.Slack)
	v := Verdict{Promise: "P16", Says: fmt.Sprintf("services work within %v of the return of their network", time.Duration(limit))}
	var took []time.Duration
	for _, of := range p.workers() {
		for _, o := range of.without() {
			first := of.firstAfter(o.to)
			switch {
			case first != 0 && first <= o.to+limit:
				v.Count++
				took = append(took, time.Duration(first-o.to))
			case of.healthy(o.to, o.to+limit) && o.to+limit <= p.loadDone && !p.disturbed(o.to, o.to+limit):
				v.Count++
				f.add("no call reached a service", of.name)
			}
		}
	}
	v.spread(took)
	return f.into(v)
}
