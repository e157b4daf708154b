//go:build linux

package scenarios_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// crlf ends lines of HTTP.
const crlf = "\r\n"

// silence is after how long a server that has not closed a connection never will: a body
// may take 30 s.
const silence = 40 * time.Second

// dial connects. The connection ends with the test.
func (s *site) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// request returns a request as it is sent, with a body where there is one. It is the
// last on its connection.
func request(line, body string, headers ...string) string {
	all := append([]string{line + " HTTP/1.1", "Host: site", "Connection: close"}, headers...)
	if body != "" {
		all = append(all, fmt.Sprintf("Content-Length: %d", len(body)))
	}
	return strings.Join(all, crlf) + crlf + crlf + body
}

// tell sends text on a connection of its own and returns what comes until the server
// closes it.
func (s *site) tell(t *testing.T, text string) (all []reply) {
	t.Helper()
	c := s.dial(t)
	defer func() { _ = c.Close() }()
	written := make(chan struct{})
	go func() { // ends when all is sent or the connection is closed; awaited below
		defer close(written)
		_, _ = c.Write([]byte(text))
	}()
	all = replies(t, c)
	_ = c.Close()
	<-written
	return all
}

// answer is tell for what is one request.
func (s *site) answer(t *testing.T, text string) reply {
	t.Helper()
	all := s.tell(t, text)
	if len(all) != 1 {
		t.Fatalf("%.80q: have %d answers %v, want 1", text, len(all), all)
	}
	return all[0]
}

// replies reads answers until the server closes the connection. The secret is in none.
func replies(t *testing.T, c net.Conn) (all []reply) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(silence))
	from := bufio.NewReader(c)
	for {
		answer, err := http.ReadResponse(from, nil)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the server has not closed a connection after %v", silence)
		}
		if err != nil {
			return all
		}
		r, _ := replyOf(answer) // what came before it broke off
		if strings.Contains(fmt.Sprint(r.header, r.body), secret) {
			t.Errorf("the secret was told: %v", r)
		}
		all = append(all, r)
	}
}

// wantStatus checks the answer to a request.
func (r reply) wantStatus(t *testing.T, what string, want ...int) {
	t.Helper()
	if !slices.Contains(want, r.status) {
		t.Errorf("%.80q: have %v, want %v", what, r, want)
	}
}
