package check

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// Limits of P15, without the slack.
const (
	tickLimit  = time.Second            // from the due time to the begin of its run
	takeover   = 5 * time.Second        // until a tick of a process that was killed goes to another
	handedOver = 500 * time.Millisecond // for which a tick may be on its way to a process
)

// JudgeTimers judges histories of a job of the cluster. The order of verdicts is
// always the same.
func JudgeTimers(facts []history.Fact, r Rules) []Verdict {
	p := recall(facts, r)
	return append([]Verdict{
		p.ticksHandled(),
		p.ticksOnce(),
		p.ticksInTime(),
		p.ticksAgain(),
	}, p.eventStops()...)
}

// tick is one due time.
type tick struct {
	*call
	due int64
}

// ticks are the due times while there was load: from the first that was stored to the
// end, whether or not somebody knows of them.
func (p *past) ticks() []tick {
	known := map[int64]*call{}
	var first int64
	for _, c := range p.calls {
		ms, err := strconv.ParseInt(c.id, 10, 64)
		if err != nil || c.ticks == 0 && len(c.runs) == 0 {
			continue
		}
		due := ms * int64(time.Millisecond)
		known[due] = c
		if first == 0 || due < first {
			first = due
		}
	}
	var all []tick
	for due := first; due != 0 && due <= p.loadDone; due += int64(role.Interval) {
		c := known[due]
		if c == nil {
			c = &call{id: strconv.FormatInt(due/int64(time.Millisecond), 10), method: role.Tick}
		}
		all = append(all, tick{c, due})
	}
	return all
}

// ticksHandled is P15: at least once. What came due while the broker was away for
// longer than the interval may be left out.
func (p *past) ticksHandled() Verdict {
	var f findings
	v := Verdict{Promise: "P15", Says: fmt.Sprintf("each due time, every %v, is handled", role.Interval)}
	excused := 0
	for _, t := range p.ticks() {
		if t.success(role.Tick) == nil && p.longAway(t.due) {
			excused++
			continue
		}
		v.Count++
		switch {
		case t.success(role.Tick) != nil:
		case len(t.runs) > 0:
			f.add("began and was never handled", t.id)
		case t.ticks > 0:
			f.add("was stored and never began", t.id)
		default:
			f.add("was never stored", t.id)
		}
	}
	v.share("handled", v.Count-f.count, v.Count)
	if excused > 0 {
		v.Figures += fmt.Sprintf(", %d more while the broker was away for longer than that", excused)
	}
	return f.into(v)
}

// longAway reports whether a time falls into an absence of the broker that was not
// shorter than the interval.
func (p *past) longAway(at int64) bool {
	return slices.ContainsFunc(p.outages, func(o outage) bool {
		return o.to-o.from >= int64(role.Interval-p.rules.Slack/10) && o.from-int64(role.Interval) <= at && at <= o.to
	})
}

// ticksOnce is P15: one message for each due time, and runs beyond the first say that
// they are.
func (p *past) ticksOnce() Verdict {
	var f findings
	v := Verdict{Promise: "P15", Says: "each due time has one message, and reruns are marked"}
	known := map[string]bool{}
	for _, t := range p.ticks() {
		known[t.id] = true
		runs := t.runsOf(role.Tick)
		if t.ticks == 0 && len(runs) == 0 {
			continue // that is the line before
		}
		v.Count++
		if t.ticks != 1 {
			f.add(fmt.Sprintf("has %d messages", t.ticks), t.id)
		}
		for i, r := range runs {
			if i > 0 && r.began.Attempt == 0 && !p.forgotten(runs[i-1]) {
				f.add("ran again without a mark", t.id)
			}
		}
	}
	for _, c := range p.calls {
		if at, err := strconv.ParseInt(c.id, 10, 64); err == nil && at*int64(time.Millisecond) <= p.loadDone && !known[c.id] {
			f.add("is no due time of the job", c.id)
		}
	}
	return f.into(v)
}

// memory is how late the broker may write down what it has handed out: nats-server (2.15)
// does about ten times a second for each consumer.
const memory = 250 * time.Millisecond

// forgotten reports whether the broker was killed before it had written down that it had
// handed out what the run is of. It hands that out again, as if for the first time.
func (p *past) forgotten(r *run) bool {
	return slices.ContainsFunc(p.outages, func(o outage) bool {
		return o.from-int64(memory) <= r.began.Time && r.began.Time <= o.from+int64(memory)
	})
}

// ticksInTime is P15: not later than a second after its due time, or after the end of
// the tick before where that took longer. A tick that was with a process when that was
// killed waits for its takeover, and all wait for the broker.
func (p *past) ticksInTime() Verdict {
	var f findings
	limit := int64(tickLimit + p.rules.Slack)
	v := Verdict{Promise: "P15", Says: fmt.Sprintf("due times begin within %v, and within %v more of a kill or an outage", time.Duration(limit), takeover)}
	var took, after []time.Duration
	var free, latest int64 // when the tick before was done; by how much one was late
	for _, t := range p.ticks() {
		runs := t.runsOf(role.Tick)
		if len(runs) == 0 {
			continue
		}
		v.Count++
		began := runs[0].began.Time
		latest = max(latest, began-t.due)
		from := p.possible(max(t.due, free), began)
		if began > from+limit {
			f.add("began too late", t.id)
		}
		if from == t.due {
			took = append(took, max(0, time.Duration(began-t.due)))
		} else {
			after = append(after, max(0, time.Duration(began-from)))
		}
		if free = lastEnd(runs); p.lateAgain(runs, limit) {
			f.add("ran again too late", t.id)
		}
	}
	v.spread(took)
	v.Figures += fmt.Sprintf("; %d waited for the one before, a takeover or the broker", len(after))
	if len(after) > 0 {
		v.Figures += fmt.Sprintf(", and began at most %v later, %v after their due time", brief(slices.Max(after)), brief(time.Duration(latest)))
	}
	v.measured("latest_ms", milliseconds(time.Duration(latest)))
	return f.into(v)
}

// possible returns from when a tick could begin that was to be handed out at a time:
// later, where the broker was away then, or a process was killed that may have got it.
func (p *past) possible(handed, began int64) int64 {
	for moved := true; moved; {
		moved = false
		for _, h := range p.holds() {
			if h.from <= began && h.from-int64(handedOver) <= handed && handed < h.until {
				handed, moved = h.to, true
			}
		}
	}
	return handed
}

// hold is a time in which what is handed out may not arrive.
type hold struct {
	from, until int64 // when it was handed out
	to          int64 // when it arrives at the latest, without the limit
}

func (p *past) holds() []hold {
	var all []hold
	for _, o := range p.outages {
		to := o.to + int64(settling)
		all = append(all, hold{o.from, to, to})
	}
	for _, of := range p.workers() {
		if at, hit := of.killed(); hit {
			all = append(all, hold{at, at + int64(handedOver/5), at + int64(takeover)})
		}
	}
	return all
}

// killed returns when the process was killed.
func (p *process) killed() (int64, bool) {
	for _, kind := range []plan.Kind{plan.Kill, plan.Active} {
		if s, hit := p.hit(kind); hit {
			return s.Time, true
		}
	}
	return 0, false
}

// lastEnd returns when the last run of a tick ended; 0 where none did.
func lastEnd(runs []*run) (at int64) {
	for _, r := range runs {
		if r.ended != nil {
			at = max(at, r.ended.Time)
		}
	}
	return at
}

// lateAgain reports whether a run that a kill ended has its next one too late.
func (p *past) lateAgain(runs []*run, limit int64) bool {
	for i, r := range runs[:len(runs)-1] {
		at, hit := r.process.killed()
		if next := runs[i+1].began.Time; hit && next > p.possible(at+int64(takeover), next)+limit {
			return true
		}
	}
	return false
}

// ticksAgain is how many were run again, and how soon after the kill.
func (p *past) ticksAgain() Verdict {
	v := Verdict{Promise: "P15", Says: "due times that ran more than once (allowed after a kill)"}
	var took []time.Duration
	twice := 0
	for _, t := range p.ticks() {
		runs := t.runsOf(role.Tick)
		v.Count++
		if len(runs) < 2 {
			continue
		}
		twice++
		if at, told := runs[0].process.told(); told && at < runs[1].began.Time {
			took = append(took, time.Duration(runs[1].began.Time-at))
		}
	}
	v.spread(took)
	v.Figures = fmt.Sprintf("%d ran again, %s", twice, v.Figures)
	v.measured("again", float64(twice))
	return v
}
