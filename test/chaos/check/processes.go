package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// Names of processes begin with what they are.
const (
	BrokerPrefix = "broker-"
	WorkerPrefix = "worker-"
	CallerPrefix = "caller-"

	SubmitterPrefix = "submitter-"
	FetcherPrefix   = "fetcher-"

	EmitterPrefix   = "emitter-"
	FillerPrefix    = "filler-"
	LatePrefix      = "late-"
	CollectorPrefix = "collector-"

	AttackerPrefix = "attacker-"
)

// Limits of promises, without the slack.
const (
	rerunLimit  = time.Second             // after a kill
	forcedLimit = 50 * time.Millisecond   // after a forced stop
	leaveLimit  = 1500 * time.Millisecond // from the second signal to the exit
	returnLimit = 4 * time.Second         // from the broker's return to the first call of a service
	exitLimit   = 2 * time.Second         // of a gentle stop, beyond the drain time
	forcedCode  = 130
)

// rerunAfterKill is P6 for processes that were killed.
func (p *past) rerunAfterKill() Verdict {
	v := Verdict{Promise: "P6", Says: fmt.Sprintf("killed: reruns within %v", rerunLimit+p.rules.Slack)}
	return p.reruns(v, role.Work, plan.Kill, rerunLimit)
}

// rerunAfterForce is P6 for processes that were forced to stop.
func (p *past) rerunAfterForce() Verdict {
	v := Verdict{Promise: "P6", Says: fmt.Sprintf("forced stop: reruns within %v", forcedLimit+p.rules.Slack)}
	return p.reruns(v, role.Work, plan.Double, forcedLimit)
}

// reruns looks at the calls of a method that ran in a process when it was hit, in
// times in which the broker was there.
func (p *past) reruns(v Verdict, method string, kind plan.Kind, limit time.Duration) Verdict {
	var f findings
	var took []time.Duration
	detained := 0
	for _, of := range p.inOrder() {
		strike, hit := of.hit(kind)
		if !hit {
			continue
		}
		for _, r := range of.runs {
			again := r.rerun(strike)
			if r.call.method != method || again == nil || p.disturbed(strike.Time, again.began.Time) || p.severed(r.call, again.began.Time) {
				continue
			}
			delay := again.began.Since(strike)
			switch late := delay > limit+p.rules.Slack; {
			case late && method == role.Durable && p.detained(strike.Time, again.began.Time):
				detained++
				continue
			case late:
				f.add("ran again too late", r.call.id)
			}
			took = append(took, delay)
		}
	}
	v.Count = len(took)
	if v.spread(took); detained > 0 {
		v.Figures += fmt.Sprintf(", %d more were given to a process that was hit as well", detained)
		v.measured("detained", float64(detained))
	}
	return f.into(v)
}

// rerun returns the run that took the place of one which a strike ended; nil
// where there was none, or none was due.
func (r *run) rerun(strike history.Fact) *run {
	if !r.wasOnAt(strike.Time) || r.completed() || r.call.answeredBefore(strike.Time) {
		return nil
	}
	for _, other := range r.call.runs {
		if other == r {
			continue
		}
		if other.began.After(strike) {
			return other
		}
		if other.process.exited == nil || other.process.exited.After(strike) {
			return nil // it was running elsewhere as well
		}
	}
	return nil
}

// workersBounded is P7.
func (p *past) workersBounded() Verdict {
	var f findings
	v := Verdict{Promise: "P7", Says: fmt.Sprintf("never more than %d calls at once in a process", p.rules.Workers)}
	most := 0
	for _, of := range p.inOrder() {
		if len(of.runs) == 0 {
			continue
		}
		v.Count++
		at := of.mostAtOnce()
		if most = max(most, at); at > p.rules.Workers {
			f.add("too many", fmt.Sprintf("%d in %s", at, of.name))
		}
	}
	v.Figures = fmt.Sprintf("most %d", most)
	v.measured("most", float64(most))
	return f.into(v)
}

// mostAtOnce sweeps over the begins and ends of runs; at the same time the ends
// come first.
func (of *process) mostAtOnce() int {
	type step struct {
		at    int64
		delta int
	}
	var steps []step
	for _, r := range of.runs {
		steps = append(steps, step{r.began.Time, 1})
		if r.ended != nil {
			steps = append(steps, step{r.ended.Time, -1})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.delta, b.delta))
	})
	now, most := 0, 0
	for _, s := range steps {
		now += s.delta
		most = max(most, now)
	}
	return most
}

// brokerOutages are the times in which a broker was away.
func (p *past) brokerOutages() []outage {
	var all []outage
	for _, of := range p.inOrder() {
		if len(of.strikes) == 0 || !plan.Kind(of.strikes[0].Fault).OfBroker() {
			continue
		}
		o := outage{from: of.strikes[0].Time, to: p.loadDone}
		if next := p.after(of); next != nil && next.ready != nil {
			o.to = next.ready.Time
		}
		all = append(all, o)
	}
	return all
}

// after returns the process that took the place of one: it has the same name
// but for the number after the dot, which is the next.
func (p *past) after(of *process) *process {
	seat, number, _ := strings.Cut(of.name, ".")
	var n int
	if _, err := fmt.Sscan(number, &n); err != nil {
		return nil
	}
	return p.processes[fmt.Sprintf("%s.%d", seat, n+1)]
}

// backAfterBroker is P16.
func (p *past) backAfterBroker() Verdict {
	var f findings
	v := Verdict{Promise: "P16", Says: fmt.Sprintf("services work within %v of the broker's return", returnLimit+p.rules.Slack)}
	var took []time.Duration
	limit := int64(returnLimit + p.rules.Slack)
	for _, o := range p.outages {
		for _, of := range p.workers() {
			first := of.firstAfter(o.to)
			switch {
			case !of.healthy(o.to, o.to):
			case first != 0 && first <= o.to+limit:
				v.Count++
				took = append(took, time.Duration(first-o.to))
			case of.healthy(o.to, o.to+limit) && o.to+limit <= p.loadDone && !p.awayAgain(o):
				v.Count++
				f.add("no call reached a service", of.name)
			}
		}
	}
	v.spread(took)
	return f.into(v)
}

// awayAgain reports whether the next outage came too soon to tell.
func (p *past) awayAgain(o outage) bool {
	return slices.ContainsFunc(p.outages, func(next outage) bool {
		return next.from > o.from && next.from < o.to+int64(returnLimit+p.rules.Slack)
	})
}

// firstAfter returns when the first call after a time began; 0 for none.
func (of *process) firstAfter(at int64) int64 {
	for _, r := range of.runs {
		if r.began.Time >= at {
			return r.began.Time
		}
	}
	return 0
}

// inOrder returns the processes by their names.
func (p *past) inOrder() []*process {
	var all []*process
	for _, name := range slices.Sorted(maps.Keys(p.processes)) {
		all = append(all, p.processes[name])
	}
	return all
}
