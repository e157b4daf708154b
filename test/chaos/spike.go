package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/enoki-go/enoki/test/chaos/check"
	"github.com/enoki-go/enoki/test/chaos/history"
)

// The phases of a spike.
const (
	spikeBefore = 5 * time.Second
	spikeFor    = 3 * time.Second
	spikeAfter  = 20 * time.Second
)

// judgeSpike judges the goodput and prints it.
func judgeSpike(o options, naive bool, facts []history.Fact, errs io.Writer) []check.Verdict {
	s := check.Spike{
		From: spikeBefore, To: spikeBefore + spikeFor, End: o.length,
		Capacity: o.capacity(), Slack: o.slack,
	}
	g := check.GoodputOf(facts, o.length)
	printGoodput(errs, g, naive)
	return s.Judge(g)
}

// printGoodput prints a line per second.
func printGoodput(errs io.Writer, g check.Goodput, naive bool) {
	who := "enoki"
	if naive {
		who = "naive"
	}
	_, _ = fmt.Fprintf(errs, "goodput of %s in calls/s, per 100 ms; the spike is from 5 s to 8 s\n", who)
	for second := 0; second*10 < len(g); second++ {
		var line strings.Builder
		for _, n := range g[second*10 : min(second*10+10, len(g))] {
			_, _ = fmt.Fprintf(&line, "%6.0f", n)
		}
		_, _ = fmt.Fprintf(errs, "%4d s%s\n", second, line.String())
	}
}
