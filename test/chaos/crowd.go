package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
	"github.com/enoki-go/enoki/test/chaos/proc"
	"github.com/enoki-go/enoki/test/chaos/role"
)

// bystanderRate is how often per second the caller calls that is not of the
// crowd.
const bystanderRate = 5

// scene is what processes have and have done at a moment.
type scene struct {
	traffic traffic
	caller  memory // of the first caller
	service memory // of the largest worker
	callers []role.Summary
}

// memory is in bytes.
type memory struct{ now, peak int64 }

func (m memory) String() string { return fmt.Sprintf("%d MiB (peak %d)", m.now>>20, m.peak>>20) }

func memoryOf(s *seat) (m memory) {
	m.now, m.peak = proc.Memory(s.current().Pid)
	return m
}

// scene looks around. Only a crowd is about what it sees.
func (w *world) scene(ctx context.Context) (s scene, err error) {
	if w.options.mode != crowd {
		return s, nil
	}
	s.caller = memoryOf(w.callers[0])
	for _, of := range w.workers {
		if m := memoryOf(of); m.peak > s.service.peak {
			s.service = m
		}
	}
	s.traffic, err = w.traffic(ctx)
	return s, err
}

// judgeCrowd judges what a crowd did to itself and to others.
func judgeCrowd(o options, facts []history.Fact, before, after scene) []check.Verdict {
	return []check.Verdict{
		crowdMemory(o, before, after),
		bystander(facts),
		crowdMessages(facts, before, after),
		crowdLeft(before, after),
	}
}

func crowdMemory(o options, before, after scene) check.Verdict {
	each := (after.caller.peak - before.caller.now) / int64(o.crowd)
	return check.Verdict{Promise: "crowd", Says: "memory of the caller and of a service", Count: o.crowd, Figures: fmt.Sprintf(
		"caller %v, was %v: %d bytes per call; service %v, was %v", after.caller, before.caller, each, after.service, before.service)}
}

// bystander judges the calls of the one who is not of the crowd.
func bystander(facts []history.Fact) check.Verdict {
	v := check.Verdict{Promise: "crowd", Says: "another caller reaches the service meanwhile"}
	var took []time.Duration
	for _, f := range facts {
		if f.Kind != history.Answered || !strings.HasPrefix(f.From, check.CallerPrefix+"1.") {
			continue
		}
		v.Count++
		if f.Error != "" {
			v.Violations++
			v.Violated = append(v.Violated, f.Error)
			continue
		}
		took = append(took, f.Took)
	}
	if slices.Sort(took); len(took) > 0 {
		v.Figures = fmt.Sprintf("median %v, max %v", took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
	}
	if len(took) == 0 {
		v.Violations++
		v.Violated = append(v.Violated, "it reached nobody")
	}
	return v
}

func crowdMessages(facts []history.Fact, before, after scene) check.Verdict {
	v := check.Verdict{Promise: "crowd", Says: "messages of the broker per answered call"}
	for _, f := range facts {
		if f.Kind == history.Answered && f.Error == "" {
			v.Count++
		}
	}
	per := func(n int64) float64 { return float64(n) / float64(max(v.Count, 1)) }
	v.Figures = fmt.Sprintf("%.1f in, %.1f out", per(after.traffic.In-before.traffic.In), per(after.traffic.Out-before.traffic.Out))
	return v
}

// crowdLeft judges whether what the crowd needed is gone.
func crowdLeft(before, after scene) check.Verdict {
	v := check.Verdict{Promise: "crowd", Says: "goroutines and subscriptions are as before", Count: 2}
	var parts []string
	for i, s := range after.callers {
		parts = append(parts, fmt.Sprintf("caller %d: goroutines %d → %d", i, s.GoroutinesBefore, s.GoroutinesAfter))
		if s.GoroutinesAfter > s.GoroutinesBefore {
			v.Violations++
			v.Violated = append(v.Violated, "goroutines were left")
		}
	}
	parts = append(parts, fmt.Sprintf("subscriptions %d → %d", before.traffic.Subscriptions, after.traffic.Subscriptions))
	if after.traffic.Subscriptions > before.traffic.Subscriptions {
		v.Violations++
		v.Violated = append(v.Violated, "subscriptions were left")
	}
	v.Figures = strings.Join(parts, ", ")
	return v
}
