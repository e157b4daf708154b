package check

import (
	"fmt"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/plan"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// stopsGently is P17 for a single SIGTERM.
func (p *past) stopsGently() Verdict {
	return p.gently("nothing lost or run twice", p.harmed)
}

// gently judges how the workers left that were told to once. Harm says what that did to
// a run.
func (p *past) gently(promised string, harm func(*run, history.Fact) string) Verdict {
	var f findings
	limit := p.rules.Drain + exitLimit + p.rules.Slack
	v := Verdict{Promise: "P17", Says: fmt.Sprintf("SIGTERM: %s, exit 0 within %v", promised, limit)}
	var took []time.Duration
	for _, of := range p.workers() {
		strike, hit := of.hit(plan.Term)
		if !hit {
			continue
		}
		v.Count++
		for _, r := range of.runs {
			if why := harm(r, strike); why != "" {
				f.add(why, r.call.id)
			}
		}
		if why := of.leaves(0); why != "" {
			f.add(why, of.name)
			continue
		}
		delay := of.exited.Since(strike)
		if took = append(took, delay); delay > limit {
			f.add("exit too late", of.name)
		}
	}
	v.spread(took)
	return f.into(v)
}

// harmed says what a gentle stop did to a call that ran in the process when the
// signal came, or was still begun after it. What a broker that was away at the
// time did, or a process that was hit otherwise, is no fault of the stop.
func (p *past) harmed(r *run, strike history.Fact) string {
	if r.ended != nil && r.ended.Time < strike.Time || r.process.exited == nil {
		return ""
	}
	if p.disturbed(r.began.Time, r.process.exited.Time) || p.severed(r.call, r.process.exited.Time) {
		return ""
	}
	if r.ended == nil {
		return "lost: it ran when the process ended"
	}
	if r.call.answeredBefore(r.ended.Time) {
		return "" // its caller had given it up, or had a result from elsewhere
	}
	if r.ended.Error != "" {
		return "cancelled by a gentle stop: " + r.ended.Error
	}
	for _, other := range r.call.runs {
		if other.began.Time > max(strike.Time, r.began.Time) && other.began.Attempt >= r.began.Attempt { // not an earlier one that was frozen
			return "ran again elsewhere"
		}
	}
	if r.call.method == role.Durable || r.call.method == role.Panic {
		return "" // what they come to is P4 and P21
	}
	if why, failed := r.call.failed(); failed && len(r.call.runs) == 1 && r.began.Attempt == 0 {
		return "ran to its end, but the caller was told: " + why
	}
	return ""
}

// stopsAtOnce is P17 for two signals.
func (p *past) stopsAtOnce() Verdict {
	var f findings
	v := Verdict{Promise: "P17", Says: fmt.Sprintf("two signals: exit %d within %v", forcedCode, leaveLimit+p.rules.Slack)}
	var took []time.Duration
	for _, of := range p.workers() {
		strike, hit := of.hit(plan.Double)
		if !hit {
			continue
		}
		v.Count++
		if why := of.leaves(forcedCode); why != "" {
			f.add(why, of.name)
			continue
		}
		delay := of.exited.Since(strike)
		took = append(took, delay)
		if delay > leaveLimit+p.rules.Slack {
			f.add("exit too late", of.name)
		}
	}
	v.spread(took)
	return f.into(v)
}

// leaves says what is wrong with the exit of a process. One without calls may
// be gone before the second signal: 0 is right where 130 is.
func (of *process) leaves(code int) string {
	switch {
	case of.exited == nil:
		return "did not exit"
	case of.exited.Code != code && (code == 0 || of.exited.Code != 0):
		return fmt.Sprintf("exit code is %d, want %d", of.exited.Code, code)
	default:
		return ""
	}
}

// ended reports whether the process was told to end.
func (of *process) ended() bool {
	for _, s := range of.strikes {
		if !plan.Kind(s.Fault).Passes() {
			return true
		}
	}
	return false
}

// workers are the processes that serve.
func (p *past) workers() []*process {
	var all []*process
	for _, of := range p.inOrder() {
		if strings.HasPrefix(of.name, WorkerPrefix) {
			all = append(all, of)
		}
	}
	return all
}
