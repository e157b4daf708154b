package check

import (
	"fmt"
	"time"

	"github.com/enoki-go/enoki/test/chaos/history"
)

// Spike says when the load was what, since the first call.
type Spike struct {
	From, To, End time.Duration
	Capacity      float64 // calls per second
	Slack         time.Duration
}

// Goodput is what was answered in time, in calls per second, in buckets of
// Bucket since the first call.
type Goodput []float64

// Bucket is the length of a bucket.
const Bucket = 100 * time.Millisecond

// What P8 promises.
const (
	steady        = 0.95 // of the rate before, to be back
	duringSpike   = 0.90 // of the capacity
	recoverLimit  = time.Second
	recoverWindow = 5  // buckets whose mean has to be steady
	warmup        = 10 // buckets at the beginning of the load and of the spike that are not looked at
)

// GoodputOf counts the results that came within the deadline.
func GoodputOf(facts []history.Fact, length time.Duration) Goodput {
	var first int64
	for _, f := range facts {
		if f.Kind == history.Sent && (first == 0 || f.Time < first) {
			first = f.Time
		}
	}
	g := make(Goodput, length/Bucket)
	for _, f := range facts {
		if n := int((f.Time - first) / int64(Bucket)); f.Kind == history.Answered && f.Error == "" && n < len(g) {
			g[n] += float64(time.Second / Bucket)
		}
	}
	return g
}

// mean is that of the buckets between two times.
func (g Goodput) mean(from, to time.Duration) float64 {
	part := g[min(int(from/Bucket), len(g)):min(int(to/Bucket), len(g))]
	sum := 0.0
	for _, n := range part {
		sum += n
	}
	return sum / float64(max(len(part), 1))
}

// Lowest returns the bucket with the least goodput between two times.
func (g Goodput) Lowest(from, to time.Duration) float64 {
	part := g[min(int(from/Bucket), len(g)):min(int(to/Bucket), len(g))]
	low := 0.0
	for i, n := range part {
		if i == 0 || n < low {
			low = n
		}
	}
	return low
}

// Judge is P8.
func (s Spike) Judge(g Goodput) []Verdict {
	before := g.mean(warmup*Bucket, s.From)
	during := g.mean(s.From+warmup*Bucket, s.To)
	return []Verdict{s.judgeDuring(g, during), s.judgeRecovery(g, before)}
}

func (s Spike) judgeDuring(g Goodput, during float64) Verdict {
	var f findings
	share := during / s.Capacity
	if share < duringSpike {
		f.add("goodput in the spike is too low", percentOf(share))
	}
	return f.into(Verdict{
		Promise: "P8", Says: fmt.Sprintf("goodput in the spike ≥ %s of the capacity of %.0f/s", percentOf(duringSpike), s.Capacity),
		Count: 1, Figures: fmt.Sprintf("%.0f/s, %s, lowest %.0f/s", during, percentOf(share), g.Lowest(s.From+warmup*Bucket, s.To)),
	})
}

func (s Spike) judgeRecovery(g Goodput, before float64) Verdict {
	var f findings
	v := Verdict{
		Promise: "P8", Says: fmt.Sprintf("goodput ≥ %s of that before within %v of the spike", percentOf(steady), recoverLimit+s.Slack),
		Count: 1,
	}
	after, back := s.recovery(g, before)
	switch {
	case !back:
		f.add("goodput did not come back", fmt.Sprintf("within %v", s.End-s.To))
		v.Figures = fmt.Sprintf("%.0f/s before, not back after %v", before, s.End-s.To)
	default:
		v.Figures = fmt.Sprintf("%.0f/s before, back after %v", before, after)
		if after > recoverLimit+s.Slack {
			f.add("goodput came back too late", fmt.Sprintf("after %v", after))
		}
	}
	v.Figures += fmt.Sprintf(", lowest after %.0f/s", g.Lowest(s.To, s.End-Bucket))
	return f.into(v)
}

// recovery returns how long after the spike goodput was steady again.
func (s Spike) recovery(g Goodput, before float64) (time.Duration, bool) {
	for at := s.To; at+recoverWindow*Bucket <= s.End; at += Bucket {
		if g.mean(at, at+recoverWindow*Bucket) >= steady*before {
			return at - s.To, true
		}
	}
	return 0, false
}

func percentOf(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }
