package check

import (
	"fmt"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// JudgeOrder judges histories of events in order. The order of verdicts is always the
// same.
func JudgeOrder(facts []history.Fact, r Rules) []Verdict {
	p := recall(facts, r)
	return append([]Verdict{
		p.workersBounded(),
		p.eventsKept(),
		p.eventsAgain(),
		p.lettersPlanned(),
		p.inEmitOrder(),
	}, p.eventStops()...)
}

// inEmitOrder is P12. An event has its effect at the end of the first run that returns
// no error. Of two events of one key, both of them acknowledged, the later one must
// have its effect after the earlier one, and the run that has it must not begin before
// that; dead ones have none. An emitter emits the next event of a key when Emit has
// returned for the one before.
func (p *past) inEmitOrder() Verdict {
	var f findings
	v := Verdict{Promise: "P12", Says: "events of one key have their effects in the order of their emission"}
	last := map[string]*run{} // with an effect, by key
	retried := 0
	for _, c := range p.emitted() {
		effect := c.success(role.OnStep)
		if c.method != role.Step || !c.acknowledged() || effect == nil {
			continue
		}
		v.Count++
		if len(c.runsOf(role.OnStep)) > 1 {
			retried++
		}
		switch before := last[c.sent.Key]; {
		case before == nil:
		case before.ended.After(*effect.ended):
			f.add("has its effect before the one that was emitted before it", c.id)
			continue // the one before stays the measure
		case before.ended.After(effect.began):
			f.add("began before the one that was emitted before it had its effect", c.id)
		}
		last[c.sent.Key] = effect
	}
	v.Figures = fmt.Sprintf("%d keys, %d events with more than one run", len(last), retried)
	v.measured("keys", float64(len(last)))
	v.measured("retried", float64(retried))
	return f.into(v)
}
