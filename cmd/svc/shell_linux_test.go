package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/examples/hello"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// terminal is a pseudo-terminal with svc behind it and a person before it.
type terminal struct {
	t    *testing.T
	side *os.File // the person's
	cmd  *exec.Cmd

	mu     sync.Mutex // guards screen
	screen bytes.Buffer
}

// openShell starts svc shell at a terminal, with a cache folder.
func openShell(t *testing.T, cache string, args ...string) *terminal {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// TestMain is svc where it is called so.
	return openTerminal(t, &exec.Cmd{
		Path: self, Args: append([]string{"svc", "shell"}, args...),
		Env: append(os.Environ(), "XDG_CACHE_HOME="+cache, "TERM=xterm"),
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
	p := &terminal{t: t, side: person, cmd: cmd}
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
	return p.screen.Write(b)
}

// sees waits until text is on the screen, and forgets everything up to it.
func (p *terminal) sees(text string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		p.mu.Lock()
		have := p.screen.String()
		if i := strings.Index(have, text); i >= 0 {
			p.screen.Next(i + len(text))
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
		if time.Now().After(deadline) {
			p.t.Fatalf("the screen shows %q, want %q", have, text)
		}
	}
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

// Behaviour 52 where it happens: ^C during a call, and at a prompt.
func TestInterruptAtATerminalReturnsToThePrompt(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &hello.GreetingService{})
	p := openShell(t, t.TempDir(), "--broker", w.Broker().URL())
	p.sees(">>> ")
	p.types("print('now'); sleep(100)\r")
	p.sees("\nnow")
	p.types(ctrlC)
	p.sees("interrupted")
	p.sees(">>> ")
	p.types("given up" + ctrlC)
	p.sees("^C")
	p.sees(">>> ")
	p.types("n.rpc.greeting_service.hello(name='world')\r")
	p.sees(" ms\r\n'Hello, world!'\r\n")
	p.sees(">>> ")
	p.types(ctrlD)
	p.ends(0)
}

func TestHistoryOutlivesTheShell(t *testing.T) {
	t.Parallel()
	broker := svctest.NewBroker(t)
	cache := t.TempDir()
	for _, typed := range []string{"40 + 2\r", up + "\r"} {
		p := openShell(t, cache, "--broker", broker.URL())
		p.sees(">>> ")
		p.types(typed)
		p.sees("\n42\r\n")
		p.sees(">>> ")
		p.types("exit(5)\r")
		p.ends(5)
		// The next shell's last line is to be the sum again.
		trimHistory(t, filepath.Join(cache, "svc", "history"))
	}
}

// trimHistory takes away the last line, and checks that only the user can read.
func trimHistory(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("have %v (%v), want a file that only its owner can read", info.Mode(), err)
	}
	if err := os.WriteFile(path, bytes.TrimSuffix(text, []byte("exit(5)\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What a person does who has never seen the service: press Tab.
func TestTabFindsTheWayToACall(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &hello.GreetingService{}, &world{})
	p := openShell(t, t.TempDir(), "--broker", w.Broker().URL(), "--define", "workers=20")
	p.sees(">>> ")
	p.types("n.rpc.gre" + tab)
	p.sees("n.rpc.greeting_service.")
	p.types(tab)
	p.sees("greeting_service.hello")
	p.types(".call_async" + tab + tab)
	p.sees("call_async(name=")
	p.types("'world').result()\r")
	p.sees(" ms\r\n'Hello, world!'\r\n")
	p.sees(">>> ")
	p.types("n.rpc.greeting_service.hello(" + tab)
	p.sees("hello(name=")
	p.types("'you')\r")
	p.sees(" ms\r\n'Hello, you!'\r\n")
	p.sees(">>> ")
	p.types("n.rpc." + tab + tab)
	p.sees("greeting_service.")
	p.sees("world.")
	p.types(ctrlC)
	p.sees("^C")
	p.types("n.dispatch_event(" + tab)
	p.sees(`n.dispatch_event("payments"`)
	p.types(", " + tab)
	p.sees(`"payments", "paid"`)
	p.types(")['handled']\r")
	p.sees("\nTrue\r\n")
	p.sees(">>> ")
	p.types("n.config['wor" + tab)
	p.sees("n.config['workers']")
	p.types("\r")
	p.sees("\n20\r\n")
	p.types(ctrlD)
	p.ends(0)
}

// world handles an event.
type world struct {
	_ rpc.Method     `method:"Turn"`
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid"`
}

func (*world) Turn()             {}
func (*world) OnPaid(events.Raw) {}

func TestBlocksAreTypedWithTabAndFoundAgain(t *testing.T) {
	t.Parallel()
	w := svctest.New(t, &hello.GreetingService{})
	p := openShell(t, t.TempDir(), "--broker", w.Broker().URL())
	p.sees(">>> ")
	p.types("def greet(names):\r")
	p.sees("... ")
	p.types(tab + "return [n.rpc.greeting_service.hello(name=name) for name in names]\r")
	p.sees("... ")
	p.types("\r")
	p.sees(">>> ")
	p.types("greet(['a', 'b'])\r")
	p.sees("\n['Hello, a!', 'Hello, b!']\r\n")
	p.sees(">>> ")
	p.types("1 + 1\r")
	p.sees("\n2\r\n")
	p.sees(">>> ")
	p.types(ctrlR + "greet([")
	p.sees("greet(['a', 'b'])")
	p.types("\r")
	p.sees("\n['Hello, a!', 'Hello, b!']\r\n")
	p.sees(">>> ")
	p.types(up + "\r")
	p.sees("\n['Hello, a!', 'Hello, b!']\r\n")
	p.sees(">>> ")
	p.types("for i in range(2):\r")
	p.sees("... ")
	p.types(ctrlC)
	p.sees("^C")
	p.sees(">>> ")
	p.types(ctrlD)
	p.ends(0)
}

func TestTabAtATerminalWorksWhileTheBrokerIsAway(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	p := openShell(t, t.TempDir(), "--broker", b.URL())
	p.sees(">>> ")
	b.Stop()
	p.types("n.dispa" + tab)
	p.sees("n.dispatch_event(")
	p.types(ctrlC)
	p.sees(">>> ")
	p.types("n.rpc." + tab + ctrlC)
	p.sees(">>> ")
	p.types("40 + 2\r")
	p.sees("\n42\r\n")
	p.types(ctrlD)
	p.ends(0)
}
