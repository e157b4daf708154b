package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// machine is where a run took place, and what of.
type machine struct {
	System     string // and architecture
	Kernel     string `json:",omitempty"` // Linux only
	Processor  string `json:",omitempty"` // Linux only
	Processors int
	MemoryKiB  int64 `json:",omitempty"` // Linux only
	Go         string
	Server     string // version of nats-server
	Client     string // version of nats.go
}

func thisMachine() machine {
	m := machine{
		System: runtime.GOOS + "/" + runtime.GOARCH, Processors: runtime.NumCPU(), Go: runtime.Version(),
		Server: server.VERSION, Client: nats.Version,
	}
	m.Processor = fieldOf("/proc/cpuinfo", "model name")
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(release))
	}
	_, _ = fmt.Sscan(fieldOf("/proc/meminfo", "MemTotal"), &m.MemoryKiB) // 0 where nobody knows
	return m
}

// fieldOf returns what stands behind the first "name :" of a file, "" without it.
func fieldOf(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (m machine) String() string {
	text := fmt.Sprintf("%s, %d processors, %s, nats-server %s", m.System, m.Processors, m.Go, m.Server)
	if m.Processor != "" {
		text += ", " + m.Processor
	}
	return text
}
