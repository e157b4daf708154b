package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	startName    = "start hello" // what -run matches
	startTarget  = "$SRV.PING.greeting_service"
	serverModule = "github.com/nats-io/nats-server/v2"
	userModule   = ".." // whose versions a user gets; bench's own go.mod may ask for later ones
	memoryStarts = 3    // of the starts, those after which the memory is read
	startMain    = `// Hello hosts the greeting service.
package main

import (
	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/service"
)

func main() { service.Main(&hello.GreetingService{}) }
`
)

// startFigures are those of examples/hello, built as a user would.
type startFigures struct {
	Reachable   spread // milliseconds from exec to the first answer
	Resident    spread // bytes, idle; 0 where the system does not tell
	Binary      int64  // bytes
	Stripped    int64  // bytes, built with -trimpath -ldflags="-s -w"
	LinksServer bool   // whether the embedded broker is in the binary
}

func measureStart(ctx context.Context, o options, url string, p progress) (*startFigures, error) {
	dir, err := os.MkdirTemp("", "bench-hello-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system clears what is left
	p.say("start: building examples/hello")
	var f startFigures
	binary, err := f.build(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	nc, err := nats.Connect(url)
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	defer nc.Close()
	s := starter{options: o, binary: binary, url: url, nc: nc}
	for i := range o.starts {
		if err := s.once(ctx, i < memoryStarts); err != nil {
			return nil, fmt.Errorf("start %d of %d: %w", i+1, o.starts, err)
		}
		p.say("start %d/%d  reachable after %.1f ms", i+1, o.starts, s.reachable[i])
	}
	f.Reachable, f.Resident = spreadOf(s.reachable), spreadOf(s.resident)
	return &f, nil
}

// build builds the program twice and returns the one that is not stripped.
func (f *startFigures) build(ctx context.Context, dir string) (string, error) {
	source, binary, stripped := filepath.Join(dir, "main.go"), filepath.Join(dir, "hello"), filepath.Join(dir, "stripped")
	if err := os.WriteFile(source, []byte(startMain), 0o600); err != nil {
		return "", err
	}
	var err error
	if f.Binary, err = buildOne(ctx, binary, source); err != nil {
		return "", err
	}
	if f.Stripped, err = buildOne(ctx, stripped, "-trimpath", "-ldflags=-s -w", source); err != nil {
		return "", err
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return "", err
	}
	for _, m := range info.Deps {
		f.LinksServer = f.LinksServer || m.Path == serverModule
	}
	return binary, nil
}

// buildOne builds with the go.mod of userModule and returns the size of the
// binary.
func buildOne(ctx context.Context, binary string, args ...string) (int64, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-o", binary}, args...)...)
	cmd.Dir = userModule
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("go build: %w\n%s", err, out)
	}
	s, err := os.Stat(binary)
	if err != nil {
		return 0, err
	}
	return s.Size(), nil
}

// starter starts a service again and again.
type starter struct {
	options options
	binary  string
	url     string
	nc      *nats.Conn

	reachable []float64 // milliseconds
	resident  []float64 // bytes
}

// once starts the service, waits until it is reachable and ends it.
func (s *starter) once(ctx context.Context, memory bool) error {
	ctx, cancel := context.WithTimeout(ctx, launchLimit)
	defer cancel()
	if err := s.await(ctx, false); err != nil { // the one before may not be gone
		return err
	}
	var log bytes.Buffer
	cmd := exec.CommandContext(ctx, s.binary, "--broker", s.url)
	cmd.Stderr, cmd.SysProcAttr, cmd.WaitDelay = &log, attributes(), stopLimit
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	err := s.observe(ctx, cmd.Process.Pid, started, memory)
	cancel()
	if failure := cmd.Wait(); err == nil && failure != nil && !errors.Is(failure, context.Canceled) {
		err = failure
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, log.Bytes())
	}
	return nil
}

func (s *starter) observe(ctx context.Context, pid int, started time.Time, memory bool) error {
	if err := s.await(ctx, true); err != nil {
		return err
	}
	s.reachable = append(s.reachable, float64(time.Since(started))/float64(time.Millisecond))
	if !memory {
		return nil
	}
	idle := time.NewTimer(s.options.idle)
	defer idle.Stop()
	select {
	case <-idle.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	if size, ok := residentMemory(pid); ok {
		s.resident = append(s.resident, size)
	}
	return nil
}

// await asks every millisecond until the service answers, or until it does not.
func (s *starter) await(ctx context.Context, answers bool) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		_, err := s.nc.RequestWithContext(ctx, startTarget, nil)
		switch {
		case err != nil && !errors.Is(err, nats.ErrNoResponders):
			return fmt.Errorf("ask %s: %w", startTarget, err)
		case answers == (err == nil):
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// residentMemory reads what Linux says of a process, in bytes.
func residentMemory(pid int) (float64, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
			return kib * 1024, err == nil
		}
	}
	return 0, false
}
