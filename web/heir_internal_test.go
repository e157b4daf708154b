package web

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	waiting "github.com/enoki-go/enoki/internal/await"
)

// inherited returns a server that has taken over a listener and has not started.
func inherited(t *testing.T) (*Server, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(defaults(), patient{})
	s.heir = &heir{conns: make(map[net.Conn]http.ConnState)}
	s.mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") })
	s.http = s.newHTTP()
	s.heir.take(l, s.http)
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s, l.Addr().String()
}

// A visitor has one connection.
type visitor struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func visit(t *testing.T, address string) visitor {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return visitor{t, conn, bufio.NewReader(conn)}
}

func (v visitor) asks() {
	v.t.Helper()
	if _, err := io.WriteString(v.conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		v.t.Fatal(err)
	}
}

// hears checks that an answer comes, and whether the connection ends with it.
func (v visitor) hears(last bool) {
	v.t.Helper()
	r, err := http.ReadResponse(v.in, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	text, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil || string(text) != "here" || r.Close != last {
		v.t.Errorf("have %q, %v, last %v, want %q, last %v", text, err, r.Close, "here", last)
	}
}

// Whoever comes before the services have started waits for them, or for the process
// before this one.
func TestHeirAcceptsNothingBeforeItsServicesHaveStarted(t *testing.T) {
	t.Parallel()
	s, address := inherited(t)
	v := visit(t, address)
	v.asks()
	if all, _ := s.heir.busy(); all != 0 {
		t.Errorf("have %d connections before the start, want none", all)
	}
	s.Ready()
	v.hears(false)
}

// A connection that is open may have a request on its way: it is answered, and told to be
// the last.
func TestHeirThatLeavesAnswersOnceMore(t *testing.T) {
	t.Parallel()
	s, address := inherited(t)
	s.Ready()
	v := visit(t, address)
	v.asks()
	v.hears(false)
	left := make(chan struct{})
	go func() { // ends with Leave, which is bounded
		defer close(left)
		s.Leave(t.Context())
	}()
	waiting.Until(t, "it leaves", s.leaving, 10*time.Second)
	v.asks()
	v.hears(true)
	<-left
	if all, asking := s.heir.busy(); asking != 0 {
		t.Errorf("have %d connections, %d with a request, want none with one", all, asking)
	}
}

func TestHeirThatNobodyVisitsLeavesAtOnce(t *testing.T) {
	t.Parallel()
	for _, ready := range []bool{false, true} {
		s, address := inherited(t)
		if ready {
			s.Ready()
		}
		s.Leave(t.Context())
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			t.Errorf("ready %v: have a connection after it left, want none", ready)
		}
	}
}
