package freeport_test

import (
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/enoki-go/enoki/internal/freeport"
)

// tell is set for a process that prints ports, instead of testing.
const tell = "FREEPORT_TELL"

// desperate is what fails in a process that does not test.
type desperate struct{}

func (desperate) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }

func TestMain(m *testing.M) {
	if os.Getenv(tell) != "" {
		for range 150 {
			fmt.Println(freeport.Row(desperate{}, 1))
		}
		_, _ = os.Stdin.Read(make([]byte, 1)) // holds them until it is let go
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestNoPortIsGivenTwice(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	rows := make(chan int, 400)
	for range 4 {
		all.Go(func() {
			for i := range 100 {
				rows <- freeport.Row(t, 1+i%3)
			}
		})
	}
	all.Wait()
	close(rows)
	seen := make(map[int]bool)
	for port := range rows {
		if seen[port] || port >= 32_768 {
			t.Fatalf("have %d twice, or one that systems give to connections", port)
		}
		seen[port] = true
	}
}

func TestRowsAreFreeAndDoNotOverlap(t *testing.T) {
	t.Parallel()
	for range 3 {
		row := freeport.Row(t, 60)
		for port := row; port < row+60; port++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
		}
	}
}

func TestNobodyListensAtAnAddr(t *testing.T) {
	t.Parallel()
	addr := freeport.Addr(t)
	if c, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr); err == nil {
		_ = c.Close()
		t.Errorf("somebody listens at %s", addr)
	}
}

func TestProcessesDoNotMeet(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), tell+"=1")
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = stdin.Close(); _ = cmd.Wait() })
		var ports [150]string
		for i := range ports {
			if _, err := fmt.Fscanln(stdout, &ports[i]); err != nil {
				t.Fatal(err)
			}
			if seen[ports[i]] {
				t.Fatalf("have %s twice, in %s", ports[i], strings.Join(ports[:i], " "))
			}
			seen[ports[i]] = true
		}
	}
}
