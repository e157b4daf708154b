//go:build linux

package scenarios_test

import (
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"
)

// leaves is what is promised for a process that has nothing to do, with half a second
// for the machine.
const leaves = 1500 * time.Millisecond

func TestSilentConnectionsDoNotHoldUpTheStop(t *testing.T) {
	w := newWorld(t)
	var took []time.Duration
	for range trials(t, 2) {
		s := w.site()
		for _, text := range []string{"", "GET /orders/7 HTTP/1.1" + crlf, "GET /orders/7 HTTP/1.1" + crlf + "Host: site" + crlf + crlf} {
			if _, err := s.dial(t).Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		s.socket(t)
		s.get(t, s.page).wantStatus(t, s.page, http.StatusOK)
		signalled := s.Signal(syscall.SIGTERM)
		took = append(took, s.Exits(0).Sub(signalled))
	}
	slices.Sort(took)
	t.Logf("from SIGTERM to the end of the process: %v", took)
	if last := took[len(took)-1]; last > leaves {
		t.Errorf("the process ended after %v, want at most %v", last, leaves)
	}
}

func TestRequestIsAnsweredByAProcessThatIsAskedToStop(t *testing.T) {
	s := newWorld(t).site()
	const work = time.Second
	answered := make(chan []reply, 1)
	began := time.Now()
	c := s.dial(t)
	if _, err := c.Write([]byte(request("GET /work/1000", ""))); err != nil {
		t.Fatal(err)
	}
	s.await(`^working$`, 1)
	go func() { answered <- replies(t, c) }() // taken below
	s.Signal(syscall.SIGTERM)
	all := <-answered
	if len(all) != 1 {
		t.Fatalf("have %d answers %v, want 1", len(all), all)
	}
	all[0].wantStatus(t, "what was asked before the signal", http.StatusNoContent)
	wantBetween(t, "the answer", time.Since(began), work, within(2*work))
	wantBetween(t, "the stop", s.Exits(0).Sub(began), work, within(work+leaves))
}
