package check

import (
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// eventStops are P17 and P21 where there are no calls.
func (p *past) eventStops() []Verdict {
	return []Verdict{p.eventsStopGently(), p.stopsAtOnce(), p.nobodyEndsByItself()}
}

// eventsStopGently is P17 for a single SIGTERM.
func (p *past) eventsStopGently() Verdict {
	return p.gently("what runs is finished and not run again", p.hurt)
}

// hurt says what a gentle stop did to an event that was handled when the signal came,
// or that was still begun after it.
func (p *past) hurt(r *run, strike history.Fact) string {
	if r.ended != nil && r.ended.Time < strike.Time || r.process.exited == nil || p.disturbed(r.began.Time, r.process.exited.Time) {
		return ""
	}
	switch {
	case r.ended == nil:
		return "lost: it ran when the process ended"
	case r.ended.Error == role.Planned:
		return "" // it is to run again
	case r.ended.Error != "":
		return "cancelled by a gentle stop: " + r.ended.Error
	case r.began.Method == role.OnNotice:
		return "" // every process runs it
	}
	for _, other := range r.call.runsOf(r.began.Method) {
		if other.began.Time > max(strike.Time, r.began.Time) && other.began.Attempt > r.began.Attempt { // not one that was stored twice
			return "ran again elsewhere"
		}
	}
	return ""
}

// nobodyEndsByItself is P21 without panics.
func (p *past) nobodyEndsByItself() Verdict {
	var f findings
	v := Verdict{Promise: "P21", Says: "no process ends that nobody has told to"}
	for _, of := range p.inOrder() {
		v.Count++
		if of.exited != nil && !of.ended() {
			f.add("a process ended that nobody had told to", of.name)
		}
	}
	return f.into(v)
}
