package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
)

// Rules say what was asked of the processes.
type Rules struct {
	Workers int           // calls at once in a process
	Drain   time.Duration // how long calls may take at stop
	Slack   time.Duration // what every limit is exceeded by on a busy machine
	Naive   bool          // plain nats.go, which knows no typed errors
}

// Verdict is how a promise was kept.
type Verdict struct {
	Promise    string // its number
	Says       string // what it is, in short
	Count      int    // of what it was looked at
	Violations int
	Figures    string             // what was measured, for reading
	Values     map[string]float64 `json:",omitempty"` // the same for machines; names that end in _ms are milliseconds
	Violated   []string           `json:",omitempty"` // what the violations were, the most frequent first
}

// measured adds a value for machines.
func (v *Verdict) measured(name string, value float64) {
	if v.Values == nil {
		v.Values = map[string]float64{}
	}
	v.Values[name] = value
}

// share makes part of whole the figure.
func (v *Verdict) share(what string, part, whole int) {
	v.Figures = what + " " + percent(part, whole)
	if whole > 0 {
		v.measured("percent", 100*float64(part)/float64(whole))
	}
}

// spread makes the median and the maximum of durations the figure.
func (v *Verdict) spread(d []time.Duration) {
	if len(d) == 0 {
		return
	}
	slices.Sort(d)
	median, most := d[len(d)/2], d[len(d)-1]
	v.Figures = fmt.Sprintf("median %v, max %v", brief(median), brief(most))
	v.measured("median_ms", milliseconds(median))
	v.measured("max_ms", milliseconds(most))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Judge judges histories. The order of verdicts is always the same.
func Judge(facts []history.Fact, r Rules) []Verdict {
	p := recall(facts, r)
	return []Verdict{
		p.oneOutcome(),
		p.answered(),
		p.doubles(),
		p.neverTwice(),
		p.submitted(),
		p.kept(),
		p.keptAgain(),
		p.durableAfterKill(),
		p.rerunAfterKill(),
		p.rerunAfterForce(),
		p.workersBounded(),
		p.backAfterBroker(),
		p.backAfterNetwork(),
		p.stopsGently(),
		p.stopsAtOnce(),
		p.panicsCostOneCall(),
	}
}

// findings collects violations.
type findings struct {
	count   int
	reasons map[string]int
	sample  map[string]string // an ID or a process for each reason
}

// add counts a violation; where is one place to look for it.
func (f *findings) add(reason, where string) {
	if f.reasons == nil {
		f.reasons, f.sample = map[string]int{}, map[string]string{}
	}
	reason = anonymous(reason)
	f.count++
	f.reasons[reason]++
	if f.sample[reason] == "" {
		f.sample[reason] = where
	}
}

// into completes a verdict.
func (f *findings) into(v Verdict) Verdict {
	v.Violations = f.count
	reasons := slices.SortedFunc(maps.Keys(f.reasons), func(a, b string) int {
		return cmp.Or(cmp.Compare(f.reasons[b], f.reasons[a]), cmp.Compare(a, b))
	})
	for _, r := range reasons {
		v.Violated = append(v.Violated, fmt.Sprintf("%d × %s (%s)", f.reasons[r], r, f.sample[r]))
	}
	return v
}

// anonymous replaces durations and what looks like an ID, so that texts of one
// reason become one, and shortens it.
func anonymous(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		unit := strings.Trim(w, "0123456789.,:")
		if strings.ContainsAny(w, "0123456789") && (len(w) >= 12 || unit == "s" || unit == "ms" || unit == "µs") {
			words[i] = "#"
		}
	}
	runes := []rune(strings.Join(words, " "))
	if len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return string(runes)
}

// brief rounds a duration to what is worth reading.
func brief(d time.Duration) time.Duration {
	switch {
	case d < 10*time.Millisecond:
		return d.Round(10 * time.Microsecond)
	case d < time.Second:
		return d.Round(time.Millisecond)
	default:
		return d.Round(10 * time.Millisecond)
	}
}

func percent(part, whole int) string {
	if whole == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f %%", 100*float64(part)/float64(whole))
}
