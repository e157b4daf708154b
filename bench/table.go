package main

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// callLines are a heading and what was measured of calls; nil for nothing.
func (r report) callLines() [][]string {
	if len(r.Calls) == 0 {
		return nil
	}
	lines := [][]string{{
		"mode", "contestant", "rate ×", "quartiles", "peer ×", "calls/s", "p50",
		"CPU ×", "quartiles", "client ×", "server ×", "broker ×",
		"client µs", "server µs", "broker µs", "client allocs", "server allocs",
	}}
	for _, c := range r.Calls {
		lines = append(lines, c.cells())
	}
	return lines
}

func (c row) cells() []string {
	return []string{
		c.Mode, c.Contestant, ratio(c.Rate.Median), quartiles(c.Rate, ratio), c.peer(),
		fmt.Sprintf("%.0f", c.Calls), milliseconds(c.P50),
		ratio(c.CPU.Median), quartiles(c.CPU, ratio),
		ratio(c.ClientCPU.Median), ratio(c.ServerCPU.Median), ratio(c.BrokerCPU.Median),
		microseconds(c.CPUPerCall.Client), microseconds(c.CPUPerCall.Server), microseconds(c.CPUPerCall.Broker),
		tenths(c.ClientMallocs), tenths(c.ServerMallocs),
	}
}

// eventLines are a heading and what was measured of events; nil for nothing.
func (r report) eventLines() [][]string {
	if len(r.Events) == 0 {
		return nil
	}
	lines := [][]string{{
		"mode", "contestant", "rate ×", "quartiles", "to prefetch ×", "events/s", "p50", "CPU ×",
		"emitter µs", "handler µs", "broker µs", "emitter allocs", "handler allocs",
	}}
	for _, c := range r.Events {
		lines = append(lines, []string{
			c.Mode, c.Contestant, ratio(c.Rate.Median), quartiles(c.Rate, ratio), c.peer(),
			fmt.Sprintf("%.0f", c.Calls), milliseconds(c.P50), ratio(c.CPU.Median),
			microseconds(c.CPUPerCall.Client), microseconds(c.CPUPerCall.Server), microseconds(c.CPUPerCall.Broker),
			tenths(c.ClientMallocs), tenths(c.ServerMallocs),
		})
	}
	return lines
}

// peer is the ratio to the contestant's peer.
func (c row) peer() string {
	if c.PeerRate.Median == 0 {
		return "–"
	}
	return ratio(c.PeerRate.Median)
}

func (r report) startLines() [][]string {
	if r.Start == nil {
		return nil
	}
	s := r.Start
	links := "not linked"
	if s.LinksServer {
		links = "linked"
	}
	return [][]string{
		{"start", "exec to reachable", tenths(s.Reachable.Median) + " ms", quartiles(s.Reachable, tenths)},
		{"start", "idle memory", megabytes(s.Resident.Median)},
		{"start", "binary", megabytes(float64(s.Binary))},
		{"start", "binary, stripped", megabytes(float64(s.Stripped))},
		{"start", "embedded broker", links},
	}
}

func ratio(r float64) string { return fmt.Sprintf("%.2f", r) }

func tenths(r float64) string { return fmt.Sprintf("%.1f", r) }

func microseconds(d time.Duration) string { return tenths(float64(d) / float64(time.Microsecond)) }

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.3f ms", float64(d)/float64(time.Millisecond))
}

func megabytes(size float64) string { return tenths(size/1e6) + " MB" }

func quartiles(s spread, write func(float64) string) string { return write(s.Q1) + "–" + write(s.Q3) }

// names is how many columns at the left are names; the others are numbers.
const names = 2

// align writes a table for a terminal.
func align(lines [][]string) string {
	widths := make(map[int]int)
	for _, cells := range lines {
		for i, cell := range cells {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, cells := range lines {
		for i, cell := range cells {
			width := widths[i]
			if i < names {
				width = -width
			}
			cells[i] = fmt.Sprintf("%*s", width, cell)
		}
		b.WriteString(strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
	}
	return b.String()
}

// markdownTable writes a table whose first line is its heading; shorter lines end
// in empty cells.
func markdownTable(lines [][]string) string {
	var b strings.Builder
	for i, cells := range lines {
		missing := len(lines[0]) - len(cells)
		b.WriteString("| " + strings.Join(cells, " | ") + strings.Repeat(" |", missing) + " |\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", names) + strings.Repeat("|---:", len(cells)-names) + "|\n")
		}
	}
	return b.String()
}
