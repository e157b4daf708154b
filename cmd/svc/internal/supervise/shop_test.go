//go:build unix

package supervise_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/enoki-go/enoki/cmd/svc/internal/supervise"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/handover"
)

// serve is a child that says its version to each connection, as a service would: role
// "serve:VERSION ADDRESS [late|broken|mute|stubborn]".
func serve(arg string, stop <-chan os.Signal) int {
	words := strings.Fields(arg + " usual")
	version, address, way := words[0], words[1], words[2]
	l, err := handover.Listen(address)
	if err != nil {
		fmt.Println(version, "refused:", err)
		return 4
	}
	if way == "broken" {
		return 5
	}
	if way == "mute" {
		fmt.Println(version, "is mute")
		<-stop
		return 0
	}
	var work sync.WaitGroup
	work.Go(func() { // until l is closed
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = fmt.Fprintln(conn, version)
			_ = conn.Close()
		}
	})
	fmt.Println(version, "serves")
	handover.Started()
	<-stop
	fmt.Println(version, "stops")
	_ = l.Close()
	work.Wait()
	if way == "stubborn" {
		select {}
	}
	return 0
}

// A shop is a group whose processes are replaced.
type shop struct {
	*run
	next chan []supervise.Process

	mu      sync.Mutex // guards what follows
	notes   []string
	dropped []string
}

// open runs a group with a first generation.
func open(t *testing.T, first ...supervise.Process) *shop {
	t.Helper()
	s := &shop{
		run:  &run{t: t, signals: make(chan os.Signal, 8), out: newText(), done: make(chan int, 1)},
		next: make(chan []supervise.Process),
	}
	g := supervise.Group{
		Processes: first, Output: labelled(s.out), Signals: s.signals, Note: s.note,
		Reload: &supervise.Reload{Generations: s.next, Start: 2 * time.Second, Drain: 2 * time.Second, Unused: s.drop},
	}
	go func() { // wantCode receives its end
		code, err := g.Run()
		if err != nil {
			t.Error(err)
		}
		s.done <- code
	}()
	return s
}

func (s *shop) note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, text)
}

func (s *shop) drop(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped = append(s.dropped, path)
}

// noted waits for a note.
func (s *shop) noted(text string, count int) {
	s.t.Helper()
	await.Until(s.t, fmt.Sprintf("%d notes %q", count, text), func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return strings.Count(strings.Join(s.notes, "\n"), text) >= count
	}, 20*time.Second)
}

// end stops all.
func (s *shop) end() {
	s.t.Helper()
	s.signals <- syscall.SIGINT
	s.wantCode(0)
}

// serving is a process of a version at a place.
func serving(place, version, address, way string) supervise.Process {
	return supervise.Process{
		Label: place, Path: os.Args[0], Version: version,
		// The race detector lets a process sleep for a second before it ends.
		Env: append(os.Environ(), role+"=serve:"+version+" "+address+" "+way, "GORACE=atexit_sleep_ms=0"),
	}
}

// visit asks who serves.
func visit(t *testing.T, address string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer func() { _ = conn.Close() }()
	text, err := io.ReadAll(conn)
	if err != nil {
		t.Error(err)
	}
	return strings.TrimSpace(string(text))
}
