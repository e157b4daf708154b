// Package devserver keeps servers on a developer's machine that every svc shares: each
// in a process of its own, which ends when nobody uses it.
package devserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	// patience is how long a starter waits for a shared server to answer, and a
	// shared server for its predecessor to leave.
	patience = 10 * time.Second
	// pollEvery is short because a server takes about 10 ms to start.
	pollEvery = 10 * time.Millisecond
	// maxLog is the size at which the log of a shared server starts anew.
	maxLog = 1 << 20
)

// A Shared is the development server of one kind at one address: a process of its
// own, which outlives the svc that started it and ends by itself.
type Shared struct {
	Kind

	Addr string
	Home string // folder for its data, log and pid file
	// Command is how to run it, from the program's name on; the program itself
	// is the one that runs now.
	Command []string
}

// Log returns the path of the log of the process.
func (s Shared) Log() string { return filepath.Join(s.Home, "log") }

// Ensure returns once a server of the kind answers at s.Addr, and whether that took
// starting one. Several processes may call it at once: all but one of the servers
// they start cannot start, see the other answer, and leave.
func (s Shared) Ensure(ctx context.Context) (started bool, err error) {
	switch s.Probe(ctx, s.Addr) {
	case Ours:
		return false, nil
	case Stranger:
		return false, fmt.Errorf("find a %s: something that is not %s listens at %s; %s", s.Name, s.Says, s.Addr, s.Cure)
	case Nobody:
	}
	if err := s.loopback(); err != nil {
		return false, err
	}
	mark, exited, err := s.detach()
	if err != nil {
		return false, fmt.Errorf("start development %s: %w", s.Name, err)
	}
	return true, s.await(ctx, mark, exited)
}

func (s Shared) loopback() error {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return fmt.Errorf("%s address: want host:port, have %q", s.Name, s.Addr)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("find a %s: none answers at %s, and a development %s is started on this machine only (127.0.0.1)", s.Name, s.Addr, s.Name)
}

// detach starts the process and returns where its part of the log begins.
func (s Shared) detach() (mark int64, exited <-chan error, err error) {
	if err := os.MkdirAll(s.Home, 0o700); err != nil {
		return 0, nil, err
	}
	log, err := s.openLog()
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own copy
	info, err := log.Stat()
	if err != nil {
		return 0, nil, err
	}
	self, err := self()
	if err != nil {
		return 0, nil, err
	}
	cmd := exec.Command(self, s.Command[1:]...) //nolint:noctx // it is meant to outlive this process
	cmd.Args[0] = s.Command[0]
	cmd.Dir = s.Home // a folder that stays, and that nobody wants to unmount
	cmd.Stdout, cmd.Stderr = log, log
	detached(cmd)
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	done := make(chan error, 1)
	// Not waited for: it ends with the server, which outlives this process.
	go func() { done <- cmd.Wait() }()
	return info.Size(), done, nil
}

func (s Shared) openLog() (*os.File, error) {
	mode := os.O_APPEND
	if info, err := os.Stat(s.Log()); err == nil && info.Size() > maxLog {
		mode |= os.O_TRUNC
	}
	return os.OpenFile(s.Log(), os.O_CREATE|os.O_WRONLY|mode, 0o600)
}

// await polls until a server answers. That the one started here has left is no
// failure as long as another answers.
func (s Shared) await(ctx context.Context, mark int64, exited <-chan error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("it does not answer after %s", patience))
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if s.Probe(ctx, s.Addr) == Ours {
			return nil
		}
		select {
		case <-ctx.Done():
			return s.failed(context.Cause(ctx), mark)
		case err := <-exited:
			if s.Probe(ctx, s.Addr) != Ours {
				return s.failed(fmt.Errorf("it ended: %w", orClean(err)), mark)
			}
			return nil
		case <-tick.C:
		}
	}
}

func orClean(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

func (s Shared) failed(cause error, mark int64) error {
	if errors.Is(cause, context.Canceled) {
		return cause
	}
	tail := logTail(s.Log(), mark)
	if tail == "" {
		return fmt.Errorf("start development %s at %s: %w; its log %s is empty", s.Name, s.Addr, cause, s.Log())
	}
	return fmt.Errorf("start development %s at %s: %w; its log %s ends with\n%s", s.Name, s.Addr, cause, s.Log(), tail)
}

// logTail returns the last lines of what was written to the log after mark.
func logTail(path string, mark int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // it is only read from
	data, err := io.ReadAll(io.NewSectionReader(f, mark, maxLog))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// Serve is the body of the process that Ensure starts. It returns nil when
// another server serves the address, or when this one has been idle; and the
// cause of ctx when that ends first.
func (s Shared) Serve(ctx context.Context, idle time.Duration, log io.Writer) error {
	server, err := s.startOrYield(ctx, log)
	if err != nil || server == nil {
		return err
	}
	defer server.Stop()
	pidFile := filepath.Join(s.Home, "pid")
	if err := os.WriteFile(pidFile, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		return fmt.Errorf("write pid file: %w", err)
	}
	defer func() { _ = os.Remove(pidFile) }() // a stale pid file does no harm
	return server.AwaitIdle(ctx, idle)
}

// startOrYield returns no server if another answers. While one that is leaving keeps
// it from starting, it waits.
func (s Shared) startOrYield(ctx context.Context, log io.Writer) (Server, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		server, err := s.Start(s.Addr, s.Home, log)
		if err == nil {
			return server, nil
		}
		if s.Probe(ctx, s.Addr) == Ours {
			return nil, nil
		}
		if !s.passes(err) || ctx.Err() != nil {
			return nil, err
		}
		time.Sleep(pollEvery) // between processes there is nothing to wait on
	}
}
