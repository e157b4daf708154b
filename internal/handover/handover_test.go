//go:build unix

package handover_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/handover"
)

// role makes the test binary a process that listens where it is told.
const role = "HANDOVER_ROLE"

func TestMain(m *testing.M) {
	if address := os.Getenv(role); address != "" {
		os.Exit(process(address))
	}
	goleak.VerifyTestMain(m)
}

// process accepts one connection for each line of its input, and says its own id to it.
func process(address string) int {
	l, err := handover.Listen(address)
	if l == nil {
		fmt.Println("no listener:", err)
		if err == nil {
			var status syscall.Stat_t
			fmt.Println("descriptor 3:", syscall.Fstat(3, &status) == nil)
		}
		return 1
	}
	handover.Started()
	fmt.Println("variable:", os.Getenv(handover.Variable))
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		conn, err := l.Accept()
		if err != nil {
			fmt.Println(err)
			return 1
		}
		_, _ = fmt.Fprintln(conn, os.Getpid())
		_ = conn.Close()
	}
	return 0
}

// A child is a process with a line to this one.
type child struct {
	t    *testing.T
	cmd  *exec.Cmd
	line *handover.Line
	in   io.WriteCloser
	out  *bufio.Scanner
}

func start(t *testing.T, address string) *child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), role+"="+address)
	line, err := handover.Attach(cmd)
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line.Begun()
	c := &child{t, cmd, line, in, bufio.NewScanner(out)}
	t.Cleanup(c.end)
	return c
}

func (c *child) end() {
	_ = c.in.Close()
	_ = c.cmd.Wait()
	c.line.Close()
}

func (c *child) says(want handover.Request) {
	c.t.Helper()
	have, err := c.line.Next()
	if err != nil || have != want {
		c.t.Fatalf("have %+v, %v, want %+v", have, err, want)
	}
}

func (c *child) prints(want string) {
	c.t.Helper()
	if c.out.Scan(); c.out.Text() != want {
		c.t.Errorf("have %q, want %q", c.out.Text(), want)
	}
}

func listener(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.(*net.TCPListener)
}

// What one process has not accepted is there for the next.
func TestConnectionsOutliveTheProcessThatListened(t *testing.T) {
	t.Parallel()
	l := listener(t)
	first := start(t, l.Addr().String())
	first.says(handover.Request{Address: l.Addr().String()})
	if err := first.line.Give(l); err != nil {
		t.Fatal(err)
	}
	first.says(handover.Request{Started: true})
	first.prints("variable: ")
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	first.end()
	if _, err := first.line.Next(); err == nil {
		t.Error("have a request of a process that has ended, want an error")
	}
	second := start(t, l.Addr().String())
	second.says(handover.Request{Address: l.Addr().String()})
	if err := second.line.Give(l); err != nil {
		t.Fatal(err)
	}
	second.says(handover.Request{Started: true})
	_, _ = fmt.Fprintln(second.in)
	who, err := io.ReadAll(conn)
	if want := fmt.Sprintln(second.cmd.Process.Pid); err != nil || string(who) != want {
		t.Errorf("have %q, %v from the connection, want %q", who, err, want)
	}
}

func TestRefusalSaysWhy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		why  error
		want string
	}{
		{fmt.Errorf("listen: %w", syscall.EADDRINUSE), "no listener: address already in use"},
		{errors.New("no such\nhost"), "no listener: no such host"},
		{errors.New(strings.Repeat("x", 2000)), "no listener: " + strings.Repeat("x", 1017)},
	} {
		c := start(t, "127.0.0.1:1")
		c.says(handover.Request{Address: "127.0.0.1:1"})
		if err := c.line.Refuse(tt.why); err != nil {
			t.Fatal(err)
		}
		c.prints(tt.want)
	}
}

func TestNothingHappensWithoutASupervisor(t *testing.T) {
	t.Setenv(handover.Variable, "")
	handover.Started()
	if l, err := handover.Listen("127.0.0.1:0"); l != nil || err != nil {
		t.Errorf("have %v, %v, want no listener", l, err)
	}
}

// A variable that is not for this process leaves its descriptors alone.
func TestVariableOfAStrangerMeansNothing(t *testing.T) {
	t.Parallel()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	socket, other := os.NewFile(uintptr(pair[0]), "socket"), os.NewFile(uintptr(pair[1]), "other")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	datagrams, err := udp.(*net.UDPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	l, err := listener(t).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, c := range []io.Closer{socket, other, read, write, udp, datagrams, l} {
			_ = c.Close()
		}
	})
	us := os.Getpid()
	for _, tt := range []struct {
		name, value string
		file        *os.File
	}{
		{"of another parent", fmt.Sprintf("3:%d", us+1), socket},
		{"without a parent", "3", socket},
		{"of a pipe", fmt.Sprintf("3:%d", us), write},
		{"of a socket for datagrams", fmt.Sprintf("3:%d", us), datagrams},
		{"of a socket of TCP", fmt.Sprintf("3:%d", us), l},
		{"of a closed descriptor", fmt.Sprintf("77:%d", us), socket},
		{"of the standard output", fmt.Sprintf("1:%d", us), socket},
		{"of nothing", fmt.Sprintf("-1:%d", us), socket},
		{"of nonsense", "a stranger's", socket},
	} {
		t.Run(tt.name, func(t *testing.T) { estranged(t, tt.value, tt.file) })
	}
}

// estranged starts a process with a variable, and a file as its descriptor 3, that is to
// listen.
func estranged(t *testing.T, value string, file *os.File) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), role+"=127.0.0.1:1", handover.Variable+"="+value)
	cmd.ExtraFiles = []*os.File{file}
	out, _ := cmd.Output()
	if want := "no listener: <nil>\ndescriptor 3: true\n"; string(out) != want {
		t.Errorf("have %q, want %q", out, want)
	}
}

func TestSupervisorThatBreaksOffIsAnError(t *testing.T) {
	t.Parallel()
	c := start(t, "127.0.0.1:1")
	c.says(handover.Request{Address: "127.0.0.1:1"})
	c.line.Close()
	c.prints("no listener: svc run, which holds the listeners of this process, did not answer")
}
