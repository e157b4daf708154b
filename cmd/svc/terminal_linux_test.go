package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal with svc behind it and a person before it.
type terminal struct {
	t    *testing.T
	side *os.File // the person's
	cmd  *exec.Cmd

	mu     sync.Mutex // guards screen
	screen bytes.Buffer
	shown  chan struct{} // takes one when the screen has changed
}

// openShell starts svc shell at a terminal, with a cache folder.
func openShell(t *testing.T, cache string, args ...string) *terminal {
	t.Helper()
	return open(t, []string{"XDG_CACHE_HOME=" + cache, "TERM=xterm"}, append([]string{"shell"}, args...)...)
}

// open starts svc at a terminal, with additional environment.
func open(t *testing.T, env []string, args ...string) *terminal {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// TestMain is svc where it is called so.
	return openTerminal(t, &exec.Cmd{
		Path: self, Args: append([]string{"svc"}, args...),
		Env: append(os.Environ(), env...),
	})
}

// openTerminal starts a program at a terminal of its own.
func openTerminal(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	person, program := openPTY(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	p := &terminal{t: t, side: person, cmd: cmd, shown: make(chan struct{}, 1)}
	read := make(chan struct{})
	go func() { defer close(read); _, _ = io.Copy(p, person) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = person.Close()
		<-read
	})
	return p
}

// openPTY returns both sides of a pseudo-terminal of 24 lines and 80 columns.
func openPTY(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	fd := int(person.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	if program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return person, program
}

// Write takes what svc prints.
func (p *terminal) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.shown <- struct{}{}:
	default: // who waits has not looked at the change before
	}
	return p.screen.Write(b)
}

// sees waits until text is on the screen, and forgets everything up to it.
func (p *terminal) sees(text string) {
	p.t.Helper()
	if have, ok := p.seesWithin(patience, text); !ok {
		p.t.Fatalf("the screen shows %q, want %q", have, text)
	}
}

func (p *terminal) seesWithin(limit time.Duration, text string) (have string, ok bool) {
	over := time.NewTimer(limit)
	defer over.Stop()
	for {
		if have, ok = p.take(text); ok {
			return have, true
		}
		select {
		case <-p.shown:
		case <-over.C:
			return have, false
		}
	}
}

// take forgets what is on the screen up to text, if that is there.
func (p *terminal) take(text string) (have string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	have = p.screen.String()
	i := strings.Index(have, text)
	if i >= 0 {
		p.screen.Next(i + len(text))
	}
	return have, i >= 0
}

// completes presses Tab until text is there: on a machine that is busy services answer
// too late for the first, and the silence is remembered for a moment.
func (p *terminal) completes(text string) {
	p.t.Helper()
	var have string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		var ok bool
		p.types(tab)
		if have, ok = p.seesWithin(4*time.Second, text); ok {
			return
		}
	}
	p.t.Fatalf("the screen shows %q, want %q", have, text)
}

func (p *terminal) types(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.side, text); err != nil {
		p.t.Fatal(err)
	}
}

// ends waits until svc has ended, with a code.
func (p *terminal) ends(code int) {
	p.t.Helper()
	_ = p.cmd.Wait()
	if have := p.cmd.ProcessState.ExitCode(); have != code {
		p.t.Errorf("have exit code %d, want %d", have, code)
	}
}

const (
	ctrlC, ctrlD = "\x03", "\x04"
	ctrlR, tab   = "\x12", "\t"
	up           = "\x1b[A"
)
