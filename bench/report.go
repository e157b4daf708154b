package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
)

// report is all that was measured.
type report struct {
	Machine machine
	Repeat  string
	Calls   []row         `json:",omitempty"`
	Start   *startFigures `json:",omitempty"`
}

// machine is what the numbers depend on.
type machine struct {
	Cores                  int
	Processor              string
	System                 string
	Go, NatsGo, NatsServer string
	GRPC                   string
}

func thisMachine() machine {
	return machine{
		Cores: runtime.NumCPU(), Processor: processor(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Go: runtime.Version(), NatsGo: nats.Version, NatsServer: server.VERSION, GRPC: grpc.Version,
	}
}

func (m machine) String() string {
	return fmt.Sprintf("%d × %s, %s, %s, nats.go %s, nats-server %s, grpc-go %s", m.Cores, m.Processor, m.System, m.Go, m.NatsGo, m.NatsServer, m.GRPC)
}

// processor returns the model that Linux names.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "core"
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "core"
}

func (r report) print(out io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	lines := append(r.callLines(), r.startLines()...)
	_, err := fmt.Fprintf(out, "machine  %s\nrepeat   %s\n\n%s", r.Machine, r.Repeat, align(lines))
	return err
}

func (r report) callLines() [][]string {
	if len(r.Calls) == 0 {
		return nil
	}
	lines := [][]string{{
		"mode", "contestant", "rate ×", "quartiles", "calls/s", "p50",
		"CPU ×", "client ×", "server ×", "broker ×", "CPU µs", "allocs client", "server",
	}}
	for _, c := range r.Calls {
		lines = append(lines, []string{
			c.Mode, c.Contestant, ratio(c.Rate.Median), ratio(c.Rate.Q1) + "–" + ratio(c.Rate.Q3),
			fmt.Sprintf("%.0f", c.Calls), fmt.Sprintf("%.3f ms", float64(c.P50)/float64(time.Millisecond)),
			ratio(c.CPU.Median), ratio(c.ClientCPU.Median), ratio(c.ServerCPU.Median), ratio(c.BrokerCPU.Median),
			fmt.Sprintf("%.1f", float64(c.CPUPerCall)/float64(time.Microsecond)),
			fmt.Sprintf("%.1f", c.ClientMallocs), fmt.Sprintf("%.1f", c.ServerMallocs),
		})
	}
	return append(lines, nil)
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
		{"start", "exec to reachable", fmt.Sprintf("%.1f ms", s.Reachable.Median), fmt.Sprintf("%.1f–%.1f", s.Reachable.Q1, s.Reachable.Q3)},
		{"start", "idle memory", megabytes(s.Resident.Median)},
		{"start", "binary", megabytes(float64(s.Binary))},
		{"start", "binary, stripped", megabytes(float64(s.Stripped))},
		{"start", "embedded broker", links},
	}
}

func ratio(r float64) string { return fmt.Sprintf("%.2f", r) }

func megabytes(size float64) string { return fmt.Sprintf("%.1f MB", size/1e6) }

// align writes a table: two columns of names, then numbers.
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
			if i < 2 {
				width = -width
			}
			cells[i] = fmt.Sprintf("%*s", width, cell)
		}
		b.WriteString(strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
	}
	return b.String()
}
