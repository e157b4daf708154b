// Package proc starts, hits and ends child processes.
package proc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Spec says what to start: this program again.
type Spec struct {
	Name  string   // also that of its log, below the directory of the family
	Args  []string // of its command line
	Setup string   // what it finds in the environment as Variable
}

// Variable is the environment variable that makes this program a child.
const Variable = "ENOKI_CHAOS_CHILD"

// Family is the children of this process. It is safe for concurrent use.
type Family struct {
	dir string

	mu       sync.Mutex // guards what follows
	children []*Child
	closed   bool
}

// NewFamily returns a family whose children log below dir.
func NewFamily(dir string) *Family { return &Family{dir: dir} }

// ErrClosed says that a family starts nothing any more.
var ErrClosed = errors.New("start a child: the family is closed")

// Start starts a child.
func (f *Family) Start(s Spec) (*Child, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, ErrClosed
	}
	c, err := start(f.dir, s)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Name, err)
	}
	f.children = append(f.children, c)
	return c, nil
}

// Close kills what is left, waits for it, and starts no more.
func (f *Family) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, c := range f.children {
		c.Signal(syscall.SIGKILL)
	}
	for _, c := range f.children {
		<-c.exited
	}
}

// Child is a process that this one has started.
type Child struct {
	Name string
	Pid  int

	input  io.WriteCloser
	lines  chan string   // what it prints; closed at the end
	exited chan struct{} // closed when code and at are set
	code   int
	at     time.Time

	process *os.Process
}

func start(dir string, s Spec) (*Child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(dir, s.Name+".log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	cmd := exec.CommandContext(context.Background(), program, s.Args...)
	cmd.Env = append(os.Environ(), Variable+"="+s.Setup)
	cmd.Stderr, cmd.SysProcAttr = log, attributes()
	return run(cmd, s.Name)
}

func run(cmd *exec.Cmd, name string) (*Child, error) {
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &Child{Name: name, Pid: cmd.Process.Pid, process: cmd.Process, input: input}
	c.lines, c.exited = make(chan string, 16), make(chan struct{})
	go c.watch(cmd, output) // ends with the process; Family.Close waits for it
	return c, nil
}

// watch reads what the child prints until it is gone.
func (c *Child) watch(cmd *exec.Cmd, output io.Reader) {
	defer close(c.exited)
	text := bufio.NewScanner(output)
	text.Buffer(nil, 1<<20)
	for text.Scan() {
		select {
		case c.lines <- text.Text():
		default: // nobody reads that much
		}
	}
	close(c.lines)
	_ = cmd.Wait() // the state tells more
	c.code, c.at = cmd.ProcessState.ExitCode(), time.Now()
}

// Signal sends a signal to the child, and to nobody else when it is gone: the
// standard library holds on to the process, not to its number.
func (c *Child) Signal(s syscall.Signal) { _ = c.process.Signal(s) } // one that is gone needs none

// Line returns the next line that the child prints.
func (c *Child) Line(ctx context.Context) (string, error) {
	select {
	case line, ok := <-c.lines:
		if !ok {
			return "", fmt.Errorf("%s ended, its log says why", c.Name)
		}
		return line, nil
	case <-ctx.Done():
		return "", fmt.Errorf("wait for %s: %w", c.Name, ctx.Err())
	}
}

// Say sends a line to the child's standard input.
func (c *Child) Say(line string) error {
	_, err := io.WriteString(c.input, line+"\n")
	return err
}

// HangUp ends the child's standard input.
func (c *Child) HangUp() { _ = c.input.Close() } // closed twice is closed

// Exited is closed when the child is gone.
func (c *Child) Exited() <-chan struct{} { return c.exited }

// Exit returns the exit code of a child that is gone, -1 for one that a signal
// killed, and when it went.
func (c *Child) Exit() (code int, at time.Time) {
	<-c.exited
	return c.code, c.at
}

// Await waits until the child is gone.
func (c *Child) Await(ctx context.Context) error {
	select {
	case <-c.exited:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the end of %s: %w", c.Name, ctx.Err())
	}
}
