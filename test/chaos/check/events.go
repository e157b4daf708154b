package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// JudgeEvents judges histories of events. The order of verdicts is always the same.
func JudgeEvents(facts []history.Fact, r Rules) []Verdict {
	p := recall(facts, r)
	return append([]Verdict{
		p.workersBounded(),
		p.eventsKept(),
		p.eventsAgain(),
		p.oneEffect(),
		p.naiveEffects(),
		p.lettersPlanned(),
		p.othersGoOn(),
		p.fullIsSaid(),
		p.broadcastReaches(),
	}, p.eventStops()...)
}

// emitted are the events that were emitted, in that order.
func (p *past) emitted() []*call {
	var all []*call
	for _, c := range p.calls {
		if c.sent.Time != 0 {
			all = append(all, c)
		}
	}
	return all
}

// acknowledged reports whether the emitter was told that the event is stored.
func (c *call) acknowledged() bool { return c.submitted != nil && c.submitted.Error == "" }

// runsOf returns the runs of one method.
func (c *call) runsOf(method string) []*run {
	var all []*run
	for _, r := range c.runs {
		if r.began.Method == method {
			all = append(all, r)
		}
	}
	return all
}

// success returns the first run of a method that came to its end without an error,
// nil where none did.
func (c *call) success(method string) *run {
	var first *run
	for _, r := range c.runsOf(method) {
		if r.completed() && (first == nil || first.ended.After(*r.ended)) {
			first = r
		}
	}
	return first
}

// buried reports whether the event is among the dead letters of a method.
func (c *call) buried(method string) bool {
	return slices.ContainsFunc(c.letters, func(f history.Fact) bool { return f.Method == method })
}

// eventsKept is P9. It counts events by handlers.
func (p *past) eventsKept() Verdict {
	var f findings
	v := Verdict{Promise: "P9", Says: "events that were acknowledged are handled by each handler, or dead there"}
	refused, dead := 0, 0
	for _, c := range p.emitted() {
		if c.method != role.Notice && c.method != role.Excess && !c.acknowledged() {
			refused++
		}
		if !c.acknowledged() {
			continue
		}
		for _, method := range role.Handlers[c.method] {
			v.Count++
			switch runs := c.runsOf(method); {
			case c.success(method) != nil:
			case c.buried(method):
				dead++
			case len(runs) == 0:
				f.add(method+" never began", c.id)
			default:
				f.add(method+" began and was never handled [last in "+kindOf(runs[len(runs)-1])+"]", c.id)
			}
		}
	}
	for _, c := range p.calls {
		if len(c.runs) > 0 && c.sent.Time == 0 && c.ticks == 0 {
			f.add("was handled, but never emitted", c.id)
		}
	}
	v.share("kept", v.Count-f.count, v.Count)
	v.Figures += fmt.Sprintf(", %d of them dead; %d events were refused or in doubt", dead, refused)
	v.measured("dead", float64(dead))
	v.measured("refused", float64(refused))
	for _, u := range p.undrained {
		f.add("still waits: "+u.Error, u.From)
	}
	return f.into(v)
}

// eventsAgain is the price of P9, which is no violation: an event that was handled is
// handled once more.
func (p *past) eventsAgain() Verdict {
	v := Verdict{Promise: "P9", Says: "events that were handled more than once (allowed)"}
	again := 0
	for _, c := range p.emitted() {
		for _, method := range role.Handlers[c.method] {
			done := 0
			for _, r := range c.runsOf(method) {
				if r.completed() {
					done++
				}
			}
			if done > 0 {
				v.Count++
			}
			if done > 1 {
				again++
			}
		}
	}
	v.share(fmt.Sprintf("%d were handled again,", again), again, v.Count)
	v.measured("again", float64(again))
	return v
}

// lettersPlanned is P11: who is dead was to be, and the other way round.
func (p *past) lettersPlanned() Verdict {
	var f findings
	v := Verdict{Promise: "P11", Says: "dead letters are the events that were planned to fail for ever, and no other"}
	letters, twice := 0, 0
	for _, c := range p.calls {
		methods := map[string]int{}
		for _, l := range c.letters {
			letters++
			if methods[l.Method]++; methods[l.Method] == 2 {
				twice++
			}
			if !c.doomed(l.Method) {
				f.add("innocent among the dead of "+l.Method+": "+l.Error, c.id)
			}
		}
		for _, method := range []string{role.OnDone, role.OnStep, role.OnPlaced} {
			if !c.doomed(method) || c.row == nil && !c.acknowledged() {
				continue
			}
			v.Count++
			if !c.buried(method) {
				f.add("is to fail for ever, and is not among the dead of "+method, c.id)
			}
		}
	}
	v.Figures = fmt.Sprintf("%d letters, %d events with more than one", letters, twice)
	v.measured("letters", float64(letters))
	v.measured("twice", float64(twice))
	return f.into(v)
}

// doomed reports whether a method was to fail for ever.
func (c *call) doomed(method string) bool {
	switch method {
	case role.OnDone:
		return c.method == role.Done && c.sent.Fails == role.Always
	case role.OnStep:
		return c.method == role.Step && c.sent.Fails == role.Always
	case role.OnPlaced:
		return c.row != nil && c.row.Fails == role.Always
	default:
		return false
	}
}

// othersLimit is how long an event may wait for its first handler while others fail and
// nothing else is wrong, without the slack.
const othersLimit = 2 * time.Second

// othersGoOn is the other part of P11: while events fail, others are handled. One that
// begins late and met a fault in its first moments has another reason for that.
func (p *past) othersGoOn() Verdict {
	var f findings
	limit := othersLimit + p.rules.Slack
	v := Verdict{Promise: "P11", Says: fmt.Sprintf("others begin within %v while events fail", limit)}
	var took []time.Duration
	excused := 0
	for _, c := range p.emitted() {
		runs := c.runsOf(role.OnDone)
		if c.sent.Fails != 0 || !c.acknowledged() || len(runs) == 0 {
			continue // without a run it is P9
		}
		switch delay := max(0, runs[0].began.Since(*c.submitted)); {
		case delay <= limit:
			took = append(took, delay)
		case p.calm(c.sent.Time-int64(recovery), c.sent.Time+int64(limit)):
			f.add("began too late", c.id)
		default:
			excused++
			continue
		}
		v.Count++
	}
	v.spread(took)
	v.Figures += fmt.Sprintf(", %d more waited for longer because of a fault", excused)
	v.measured("excused", float64(excused))
	return f.into(v)
}

// recovery is how long after a fault its effects on the load are still its own.
const recovery = 10 * time.Second

// calm reports whether nothing befell any process between two times.
func (p *past) calm(from, to int64) bool {
	if p.disturbed(from, to) {
		return false
	}
	return !slices.ContainsFunc(p.workers(), func(of *process) bool {
		return slices.ContainsFunc(of.strikes, func(s history.Fact) bool {
			end := s.Time
			if of.exited != nil {
				end = max(end, of.exited.Time)
			}
			return s.Time <= to && from <= of.resumedAfter(s.Time, end)
		})
	})
}

// fullIsSaid is P13.
func (p *past) fullIsSaid() Verdict {
	var f findings
	v := Verdict{Promise: "P13", Says: "who emits into a full stream is told so"}
	refused := 0
	for _, c := range p.emitted() {
		if c.method != role.Excess {
			continue
		}
		v.Count++
		switch s := c.submitted; {
		case s == nil:
			f.add("no outcome", c.id)
		case s.Full && s.Took <= grace+p.rules.Slack:
			refused++
		case s.Full:
			f.add("was told too late", c.id)
		case s.Error != "":
			f.add("was told something else: "+s.Error, c.id)
		}
	}
	if v.Count > 0 && refused == 0 {
		f.add("was never told", "filler")
	}
	v.Figures = fmt.Sprintf("%d were stored before", v.Count-refused)
	return f.into(v)
}
