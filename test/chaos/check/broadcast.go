package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// Limits of P14, without the slack.
const (
	joinLimit  = time.Second      // from when an instance is ready until it receives
	lateJoin   = 6 * time.Second  // the same from the return of a broker that was away when it started
	reachLimit = 3 * time.Second  // for a broadcast to an instance that nothing befalls
	comesAgain = 30 * time.Second // until what was lost on its way to an instance comes again
)

// broadcastReaches is P14. It counts broadcasts by the instances that owe them: those
// that had joined before the event was emitted, and that lived when nothing waited any
// more, or for reachLimit after it was acknowledged. Where they were frozen or a broker
// was away meanwhile, what was on its way may be lost and come again, and they need
// comesAgain and reachLimit in a row after that. Such an instance has to handle the
// event, at any time before its end. One that handles it and ends sooner counts as well.
func (p *past) broadcastReaches() Verdict {
	var f findings
	v := Verdict{Promise: "P14", Says: "broadcasts reach every instance that was there before and stays, across restarts of the broker"}
	var took []time.Duration
	across := 0
	for _, c := range p.emitted() {
		if c.method != role.Notice || !c.acknowledged() {
			continue
		}
		for _, of := range p.workers() {
			joined, ok := p.joined(of)
			due, owes := p.owes(of, c)
			first := c.firstIn(of)
			if !ok || joined > c.sent.Time || first == 0 && !owes {
				continue
			}
			v.Count++
			switch {
			case first == 0:
				f.add("did not reach "+kindAt(of, due), c.id+" to "+of.name)
			case due-c.submitted.Time > int64(reachLimit+p.rules.Slack):
				across++
			default:
				took = append(took, max(0, time.Duration(first-c.submitted.Time)))
			}
		}
	}
	v.spread(took)
	v.Figures += fmt.Sprintf(", %d across a freeze or an outage", across)
	v.measured("across", float64(across))
	return f.into(v)
}

// firstIn returns when a broadcast began in a process, 0 where it did not.
func (c *call) firstIn(of *process) int64 {
	for _, r := range c.runs {
		if r.process == of {
			return r.began.Time
		}
	}
	return 0
}

// owes reports whether an instance that has joined has to handle a broadcast, and by
// when.
func (p *past) owes(of *process, c *call) (due int64, owes bool) {
	reach := int64(reachLimit + p.rules.Slack)
	due = c.submitted.Time + reach
	for moved := true; moved; { // until nothing disturbs the last stretch before it
		moved = false
		for _, o := range slices.Concat(p.outages, of.frozen()) {
			end := o.to + int64(settling+comesAgain) + reach
			if o.from <= due && o.to+int64(settling) >= c.sent.Time && end > due {
				due, moved = end, true
			}
		}
	}
	last, ended := of.told()
	if !ended && of.exited != nil {
		last, ended = of.exited.Time, true
	}
	stayed := p.drained > c.submitted.Time && last > p.drained
	return due, !ended || last > due || stayed
}

// joined returns when an instance received broadcasts at the latest: soon after it was
// ready, but where a broker was away while it started.
func (p *past) joined(of *process) (int64, bool) {
	if of.ready == nil {
		return 0, false
	}
	at := of.ready.Time + int64(joinLimit+p.rules.Slack)
	for _, o := range slices.Concat(p.outages, []outage{p.before()}) {
		if o.from <= of.ready.Time+int64(joinLimit) && of.started <= o.to+int64(settling) {
			at = max(at, o.to+int64(lateJoin+p.rules.Slack))
		}
	}
	return at, true
}

// before is the time before there was a broker.
func (p *past) before() outage {
	for _, of := range p.inOrder() {
		if strings.HasPrefix(of.name, BrokerPrefix) && of.ready != nil {
			return outage{to: of.ready.Time - int64(settling)}
		}
	}
	return outage{}
}

// frozen returns the times in which the process was, or its connection.
func (p *process) frozen() []outage {
	var all []outage
	for _, s := range p.strikes {
		if plan.Kind(s.Fault).Passes() {
			all = append(all, outage{s.Time, p.resumedAfter(s.Time, s.Time)})
		}
	}
	return all
}

// told returns when the process was first told to end, or killed.
func (p *process) told() (int64, bool) {
	for _, s := range p.strikes {
		if !plan.Kind(s.Fault).Passes() {
			return s.Time, true
		}
	}
	return 0, false
}

// kindAt says what an instance had gone through at a time.
func kindAt(of *process, at int64) string {
	if slices.ContainsFunc(of.strikes, func(s history.Fact) bool { return s.Time <= at }) {
		return "an instance that was frozen before"
	}
	return "a healthy instance"
}
