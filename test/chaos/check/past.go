// Package check judges histories by what the framework promises.
package check

import (
	"cmp"
	"slices"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
)

// past is what histories tell, put together.
type past struct {
	rules     Rules
	calls     []*call // in the order of their sending
	runs      []*run  // in the order of their beginning
	processes map[string]*process
	outages   []outage
	loadDone  int64 // when the last call was made
	drained   int64 // when nothing waited any more; 0 where that was not so
	undrained []history.Fact
}

// call is one call, as its caller saw it, with its runs in order.
type call struct {
	id, method string
	sent       history.Fact
	submitted  *history.Fact // of a durable call: nil where nobody knows whether it was
	answers    []history.Fact
	runs       []*run
	letters    []history.Fact // of an event: its dead letters
	row        *history.Fact  // of an order: what was committed
	effects    []history.Fact // of an order
	ticks      int            // of a due time: messages that stand for it
}

// answeredBefore reports whether the caller had its answer at a time.
func (c *call) answeredBefore(at int64) bool {
	return len(c.answers) > 0 && c.answers[0].Time < at
}

// failed returns what the caller was told in place of a result.
func (c *call) failed() (why string, failed bool) {
	switch {
	case len(c.answers) == 0:
		return "no outcome", true
	case c.answers[0].Error != "":
		return c.answers[0].Error, true
	default:
		return "", false
	}
}

// run is one run of a call by a process.
type run struct {
	call    *call
	process *process
	began   history.Fact
	ended   *history.Fact // nil where the process died of it, or before
}

// completed reports whether the method returned a result.
func (r *run) completed() bool { return r.ended != nil && r.ended.Error == "" }

// wasOnAt reports whether the call was running at a time.
func (r *run) wasOnAt(at int64) bool {
	return r.began.Time <= at && (r.ended == nil || r.ended.Time >= at)
}

// process is one process, from its start to its end.
type process struct {
	name    string
	runs    []*run
	started int64 // 0 where nobody says
	ready   *history.Fact
	strikes []history.Fact
	resumed []history.Fact
	exited  *history.Fact
}

// hit returns the first strike of a kind.
func (p *process) hit(kind plan.Kind) (history.Fact, bool) {
	for _, s := range p.strikes {
		if s.Fault == string(kind) {
			return s, true
		}
	}
	return history.Fact{}, false
}

// healthy reports whether nothing befell the process between two times.
func (p *process) healthy(from, to int64) bool {
	if p.ready == nil || p.ready.Time > from || p.exited != nil && p.exited.Time < to {
		return false
	}
	return !slices.ContainsFunc(p.strikes, func(s history.Fact) bool {
		return s.Time < to && (!plan.Kind(s.Fault).Passes() || p.resumedAfter(s.Time, to) > from)
	})
}

// resumedAfter returns when a process went on that was frozen at a time,
// otherwise where it did not.
func (p *process) resumedAfter(at, otherwise int64) int64 {
	for _, r := range p.resumed {
		if r.Time > at {
			return r.Time
		}
	}
	return otherwise
}

// outage is the time from a fault of a broker until it was ready again.
type outage struct{ from, to int64 }

// settling is how long after an outage its effects are still its own.
const settling = time.Second

// disturbed reports whether the broker was away between two times.
func (p *past) disturbed(from, to int64) bool {
	return slices.ContainsFunc(p.outages, func(o outage) bool {
		return o.from <= to && from <= o.to+int64(settling)
	})
}

// recall puts a past together.
func recall(facts []history.Fact, r Rules) *past {
	p := &past{rules: r, processes: map[string]*process{}}
	slices.SortStableFunc(facts, func(a, b history.Fact) int { return cmp.Compare(a.Time, b.Time) })
	calls := map[string]*call{}
	for _, f := range facts {
		switch {
		case f.Process != "":
			p.befell(f)
		case f.Kind == history.LoadDone:
			p.loadDone = f.Time
		case f.Kind == history.Drained:
			p.drained = f.Time
		case f.Kind == history.Undrained:
			p.undrained = append(p.undrained, f)
		case f.ID != "":
			p.called(calls, f)
		}
	}
	p.outages = p.brokerOutages()
	return p
}

// befell adds what the suite says of a process.
func (p *past) befell(f history.Fact) {
	of := p.process(f.Process)
	switch f.Kind {
	case history.Started:
		of.started = f.Time
	case history.Ready:
		of.ready = &f
	case history.Struck:
		of.strikes = append(of.strikes, f)
	case history.Resumed:
		of.resumed = append(of.resumed, f)
	case history.Exited:
		of.exited = &f
	default: // it was not done
	}
}

func (p *past) process(name string) *process {
	if p.processes[name] == nil {
		p.processes[name] = &process{name: name}
	}
	return p.processes[name]
}

// called adds what a process says of a call.
func (p *past) called(calls map[string]*call, f history.Fact) {
	c := calls[f.ID]
	if c == nil {
		c = &call{id: f.ID, method: f.Method}
		calls[f.ID] = c
		p.calls = append(p.calls, c)
	}
	switch f.Kind {
	case history.Sent:
		c.sent = f
	case history.Submitted:
		c.submitted = &f
	case history.Answered, history.Fetched:
		c.answers = append(c.answers, f)
	case history.Began:
		p.began(c, f)
	case history.Ended:
		ended(c, f)
	default:
		c.collected(f)
	}
}

// collected adds what was found when all was over.
func (c *call) collected(f history.Fact) {
	switch f.Kind {
	case history.Buried:
		c.letters = append(c.letters, f)
	case history.Committed:
		c.row = &f
	case history.Effect:
		c.effects = append(c.effects, f)
	case history.Ticked:
		c.ticks++
	default: // nothing else has an ID
	}
}

func (p *past) began(c *call, f history.Fact) {
	r := &run{call: c, process: p.process(f.From), began: f}
	c.runs = append(c.runs, r)
	p.runs = append(p.runs, r)
	r.process.runs = append(r.process.runs, r)
}

// ended ends the oldest run of the call by the process. An event can have runs of
// several methods.
func ended(c *call, f history.Fact) {
	for _, r := range c.runs {
		if r.process.name == f.From && r.ended == nil && (f.Method == "" || r.began.Method == f.Method) {
			r.ended = &f
			return
		}
	}
}
