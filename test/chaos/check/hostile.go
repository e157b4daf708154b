package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
)

// Limits of P18.
const (
	refuseLimit = 100 * time.Millisecond // of processor time
	growLimit   = 64 << 10               // KiB of memory
)

// JudgeHostile judges what hostile messages did, besides what Judge does.
func JudgeHostile(facts []history.Fact, r Rules) []Verdict {
	return []Verdict{refusedCheaply(facts), staySmall(facts), recall(facts, r).survive()}
}

// refusedCheaply is P18 for processor time. What others have called meanwhile counts
// as well.
func refusedCheaply(facts []history.Fact) Verdict {
	var f findings
	v := Verdict{Promise: "P18", Says: fmt.Sprintf("hostile messages cost at most %v of processor time each", refuseLimit)}
	var took []time.Duration
	var worst history.Fact
	taken := 0
	for _, fired := range facts {
		if fired.Kind != history.Fired {
			continue
		}
		v.Count++
		took = append(took, fired.Took)
		if worst = slices.MaxFunc([]history.Fact{worst, fired}, func(a, b history.Fact) int { return cmp.Compare(a.Took, b.Took) }); fired.Error == "" {
			taken++
		}
		if fired.Took > refuseLimit {
			f.add(fired.Method, brief(fired.Took).String())
		}
	}
	if v.spread(took); v.Count > 0 {
		v.Figures += fmt.Sprintf(" (%s); %d fitted, or have no answer", worst.Method, taken)
	}
	return f.into(v)
}

// staySmall is P18 for memory.
func staySmall(facts []history.Fact) Verdict {
	var f findings
	v := Verdict{Promise: "P18", Says: "processes that hostile messages reach grow by at most 64 MiB"}
	most := 0
	for _, w := range facts {
		if w.Kind != history.Weighed {
			continue
		}
		v.Count++
		if most = max(most, w.Number); w.Number > growLimit {
			f.add(fmt.Sprintf("grew by %d MiB", w.Number>>10), w.From)
		}
	}
	v.Figures = fmt.Sprintf("most %.1f MiB", float64(most)/1024)
	v.measured("grown_kib", float64(most))
	return f.into(v)
}

// survive is P18 for the life of processes.
func (p *past) survive() Verdict {
	var f findings
	v := Verdict{Promise: "P18", Says: "no hostile message ends a process"}
	for _, of := range p.inOrder() {
		if !strings.HasPrefix(of.name, WorkerPrefix) {
			continue
		}
		v.Count++
		if of.exited != nil && !of.ended() {
			f.add("a process ended that nobody had told to", of.name)
		}
	}
	return f.into(v)
}
