package proxy_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/freeport"
	"github.com/enoki-go/enoki/test/chaos/proxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo returns the address of a server that repeats what it is told.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() { // ends with the listener
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }() // ends with the connection
		}
	}()
	return l.Addr().String()
}

func start(t *testing.T) *proxy.Proxy {
	t.Helper()
	p, err := proxy.New(freeport.Row(t, 1), echo(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func dial(t *testing.T, p *proxy.Proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// hear wants the text within a time, or nothing where it is empty.
func hear(t *testing.T, c net.Conn, want string, within time.Duration) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	have, err := bufio.NewReader(c).ReadString('\n')
	if want == "" && errors.Is(err, os.ErrDeadlineExceeded) && have == "" {
		return
	}
	if have != want || err != nil {
		t.Fatalf("heard: have %q and %v, want %q", have, err, want)
	}
}

func TestBytesPass(t *testing.T) {
	c := dial(t, start(t))
	say(t, c, "hello\n")
	hear(t, c, "hello\n", 10*time.Second)
}

func TestCutResetsAndRefusesUntilItIsOver(t *testing.T) {
	p := start(t)
	c := dial(t, p)
	say(t, c, "hello\n")
	hear(t, c, "hello\n", 10*time.Second)
	p.Cut()
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("read of a connection that was cut: have %v, want a reset", err)
	}
	if other, err := net.Dial("tcp", p.Address()); err == nil {
		_ = other.Close()
		t.Error("dial while cut: have a connection, want it refused")
	}
	if err := p.Heal(); err != nil {
		t.Fatal(err)
	}
	c = dial(t, p)
	say(t, c, "again\n")
	hear(t, c, "again\n", 10*time.Second)
}

func TestHoleHoldsAndClosesNothing(t *testing.T) {
	p := start(t)
	c := dial(t, p)
	say(t, c, "hello\n")
	hear(t, c, "hello\n", 10*time.Second)
	p.Hole()
	say(t, c, "later\n")
	other := dial(t, p)
	say(t, other, "other\n")
	hear(t, c, "", 200*time.Millisecond)
	hear(t, other, "", 200*time.Millisecond)
	if err := p.Heal(); err != nil {
		t.Fatal(err)
	}
	hear(t, c, "later\n", 10*time.Second)
	hear(t, other, "other\n", 10*time.Second)
}

func TestCloseEndsAHole(t *testing.T) {
	p := start(t)
	dial(t, p)
	p.Hole()
	dial(t, p)
	p.Close()
}
