package broker

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// socket records what is written; a write can be held up or cut short.
type socket struct {
	net.Conn
	mu     sync.Mutex
	writes []string
	short  bool
	gate   chan struct{} // received from before each write, where it is not nil
	closed bool
}

func (s *socket) Write(b []byte) (int, error) {
	if s.gate != nil {
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.short {
		s.writes = append(s.writes, string(b[:3]))
		return 3, errors.New("cut short")
	}
	s.writes = append(s.writes, string(b))
	return len(b), nil
}

func (*socket) SetWriteDeadline(time.Time) error { return nil }

func (s *socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

func (s *socket) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.writes, "|")
}

func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if n, err := w.Write([]byte(text)); n != len(text) || err != nil {
		t.Errorf("write %q: have %d, %v", text, n, err)
	}
}

// Red where each message is a write of its own.
func TestWhatIsSentDuringAWriteGoesOutTogether(t *testing.T) {
	t.Parallel()
	s := &socket{gate: make(chan struct{})}
	w := newWire(s)
	w.last = time.Now().Add(time.Hour) // not quiet
	write(t, w, "a")
	s.gate <- struct{}{} // the writer has taken a
	for _, text := range []string{"b", "c", "d"} {
		w.last = time.Now().Add(time.Hour)
		write(t, w, text)
	}
	close(s.gate)
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if have := s.all(); have != "a|bcd" && have != "ab|cd" && have != "abcd" && have != "abc|d" {
		t.Errorf("have the writes %s, want those after the first together, in order", have)
	}
}

func TestMessageAfterSilenceGoesOutAtOnce(t *testing.T) {
	t.Parallel()
	s := &socket{}
	w := newWire(s)
	write(t, w, "a")
	if have := s.all(); have != "a" {
		t.Errorf("have %q written, want a", have)
	}
}

// Red where the next message is written behind a part of the one before.
func TestNothingFollowsAWriteThatWasCutShort(t *testing.T) {
	t.Parallel()
	s := &socket{short: true}
	w := newWire(s)
	if _, err := w.Write([]byte("PUB a")); err == nil {
		t.Error("have no error, want one")
	}
	if _, err := w.Write([]byte("PUB b")); err == nil {
		t.Error("the next: have no error, want one")
	}
	if have := s.all(); have != "PUB" || !s.closed {
		t.Errorf("have %q written, closed %v, want PUB and a closed socket", have, s.closed)
	}
}

func TestWriteWaitsWhereTooMuchIsPending(t *testing.T) {
	t.Parallel()
	s := &socket{gate: make(chan struct{})}
	w := newWire(s)
	w.last = time.Now().Add(time.Hour)
	write(t, w, strings.Repeat("x", wireRoom))
	written := make(chan struct{})
	go func() {
		w.mu.Lock()
		w.last = time.Now().Add(time.Hour)
		w.mu.Unlock()
		write(t, w, strings.Repeat("y", wireRoom))
		write(t, w, "z")
		close(written)
	}()
	close(s.gate)
	<-written
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if have := len(strings.ReplaceAll(s.all(), "|", "")); have != 2*wireRoom+1 {
		t.Errorf("have %d bytes written, want %d", have, 2*wireRoom+1)
	}
	if _, err := w.Write([]byte("late")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: have %v, want net.ErrClosed", err)
	}
}
