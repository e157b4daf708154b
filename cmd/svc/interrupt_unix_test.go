//go:build unix

package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process starts svc as a process of its own.
func process(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := &exec.Cmd{Path: self, Args: append([]string{"svc"}, args...), Env: append(os.Environ(), "NATS_URL="), Stderr: &stderr}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, &stderr
}

// A signal was taken before the input was read, and the read went on.
func TestInterruptEndsACallThatWaitsForItsInput(t *testing.T) {
	t.Parallel()
	cmd, stderr := process(t, "call", "a.b")
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = input.Close() }()
	// More than a pipe holds: once all is written, some of it has been read.
	if _, err := input.Write(bytes.Repeat([]byte{' '}, 1<<20)); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	_ = cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-ended:
		if stderr.Len() > 0 {
			t.Errorf("have %s, want nothing said", stderr)
		}
	case <-time.After(patience / 3):
		t.Error("it still reads")
	}
}

func TestInterruptWhileDiallingIsNoMissingBroker(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, args := range [][]string{{"call", "a.b", "[]"}, {"call", "--submit", "a.b", "[]"}, {"result", "a.b.1.c"}, {"shell", "-c", "1"}} {
		cmd, stderr := process(t, append(args, "--broker", "nats://"+l.Addr().String())...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		conn, err := l.Accept() // it dials, so it has taken over the signal
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || strings.TrimSpace(stderr.String()) != "" {
			t.Errorf("%q: have %d, %s, want %d and nothing said", args, code, stderr, exitInterrupted)
		}
	}
}
