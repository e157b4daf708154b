package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
)

// report is all that was measured.
type report struct {
	Machine machine
	Repeat  string
	Calls   []row         `json:",omitempty"`
	Events  []row         `json:",omitempty"`
	Flat    []flatStage   `json:",omitempty"`
	Pages   []row         `json:",omitempty"`
	Start   *startFigures `json:",omitempty"`
}

// machine is what the numbers depend on.
type machine struct {
	Cores                  int
	Processor              string
	System                 string
	Go, NatsGo, NatsServer string
	GRPC                   string
	HTTP                   string `json:",omitempty"` // what only HTTP depends on
}

func thisMachine() machine {
	return machine{
		Cores: runtime.NumCPU(), Processor: processor(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Go: runtime.Version(), NatsGo: nats.Version, NatsServer: server.VERSION, GRPC: grpc.Version,
	}
}

func (m machine) String() string {
	if m.HTTP != "" {
		return fmt.Sprintf("%d × %s, %s, %s, %s", m.Cores, m.Processor, m.System, m.Go, m.HTTP)
	}
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

func (r report) print(out io.Writer, as format) error {
	if as == asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	text := r.text()
	if as == asMarkdown {
		text = r.markdown()
	}
	_, err := io.WriteString(out, text)
	return err
}

// text is the report for a terminal.
func (r report) text() string {
	parts := []string{fmt.Sprintf("machine  %s\nrepeat   %s\n", r.Machine, r.Repeat)}
	for _, lines := range [][][]string{r.callLines(), r.eventLines(), r.flatLines(), r.pageLines(), r.startLines()} {
		if lines != nil {
			parts = append(parts, align(lines))
		}
	}
	return strings.Join(parts, "\n")
}

// markdown is the report for a page; the mode of a line is in its first cell.
func (r report) markdown() string {
	parts := []string{fmt.Sprintf("%s; `%s`\n", r.Machine, r.Repeat)}
	start := r.startLines()
	if start != nil {
		start = append([][]string{{"", "of examples/hello", "median", "quartiles"}}, start...)
	}
	for _, lines := range [][][]string{r.callLines(), r.eventLines(), r.flatLines(), r.pageLines(), start} {
		if lines != nil {
			parts = append(parts, markdownTable(lines))
		}
	}
	return strings.Join(parts, "\n")
}
