//go:build linux

package scenarios_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/internal/await"
)

// drip is how often a slow client sends a byte.
const drip = 500 * time.Millisecond

// slowly sends a beginning on each of count connections, and then a byte now and then.
// It returns when the server has closed all of them, with the time that each took and
// what was answered.
func (s *site) slowly(t *testing.T, count int, beginning string) (took []time.Duration, answers []reply) {
	t.Helper()
	took, answers = make([]time.Duration, count), make([]reply, count)
	var open sync.WaitGroup
	for i := range count {
		c := s.dial(t)
		open.Go(func() {
			began := time.Now()
			answers[i] = trickle(t, c, beginning)
			took[i] = time.Since(began)
		})
	}
	open.Wait()
	slices.Sort(took)
	return took, answers
}

// trickle returns the answer, none where the server closed the connection without.
func trickle(t *testing.T, c net.Conn, beginning string) (r reply) {
	t.Helper()
	over, sent := make(chan struct{}), make(chan struct{})
	go func() { // awaited below
		defer close(sent)
		tick := time.NewTicker(drip)
		defer tick.Stop()
		for text := beginning; ; text = "a" {
			_, _ = c.Write([]byte(text)) // the connection may be closed
			select {
			case <-tick.C:
			case <-over:
				return
			}
		}
	}()
	if all := replies(t, c); len(all) > 0 {
		r = all[0]
	}
	close(over)
	<-sent
	_ = c.Close()
	return r
}

func wantCutOff(t *testing.T, took []time.Duration, low, high time.Duration) {
	t.Helper()
	first, last := took[0], took[len(took)-1]
	t.Logf("%d connections were cut off after %v to %v", len(took), first.Round(time.Millisecond), last.Round(time.Millisecond))
	wantBetween(t, "the first that was cut off", first, low, high)
	wantBetween(t, "the last that was cut off", last, low, high)
}

func TestClientsWhoseHeadersNeverEndAreCutOff(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	s.endures(t, func() {
		took, _ := s.slowly(t, 500, "GET /orders/7 HTTP/1.1"+crlf+"Host: site"+crlf+"X-Slow: ")
		wantCutOff(t, took, 4*time.Second, 8*time.Second)
	})
}

// What a client does not send in time is not for the worker to wait for: a typed route
// has none before the body is there.
func TestClientsWhoseBodiesNeverEndAreCutOff(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	s.endures(t, func() {
		took, answers := s.slowly(t, 100, request("POST /orders", "", bearer, "Content-Length: 1000"))
		wantCutOff(t, took, 25*time.Second, 35*time.Second)
		for _, r := range answers {
			r.wantStatus(t, "POST /orders", http.StatusRequestTimeout)
		}
	})
}

// A raw route has the worker while it reads, for as long as its timeout says.
func TestClientsThatSendSlowlyToARawRouteGiveTheWorkersBack(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	s.endures(t, func() {
		took, _ := s.slowly(t, 4, request("POST /stream", "", "Content-Length: 1000"))
		wantCutOff(t, took, time.Second, 6*time.Second)
		r := s.ask(t, http.MethodPost, "/stream", "hello")
		if r.status != http.StatusOK || r.body != "hello" {
			t.Errorf("POST /stream: have %v, want what was sent", r)
		}
	})
}

func TestClientsThatDoNotReadGiveTheWorkersBack(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	s.endures(t, func() {
		for range 4 {
			c := s.dial(t)
			if _, err := c.Write([]byte(request("GET /download", ""))); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Read(make([]byte, 1)); err != nil { // of the answer, which has begun
				t.Fatal(err)
			}
		}
		began := time.Now()
		await.Until(t, "a client that reads is served", func() bool {
			r, err := ask(client(false), http.MethodGet, s.url+"/download", "")
			return err == nil && r.status == http.StatusOK && len(r.body) == 64<<20
		}, patience)
		wantBetween(t, "workers", time.Since(began), 0, 10*time.Second)
	})
}

// What a raw route may take bounds its request, not those that follow.
func TestConnectionIsUsedAgainAfterTheTimeoutOfARawRoute(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	c := s.dial(t)
	from := bufio.NewReader(c)
	ask := func(lines ...string) {
		t.Helper()
		if _, err := io.WriteString(c, strings.Join(lines, crlf)); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(patience))
		answer, err := http.ReadResponse(from, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := replyOf(answer)
		if err != nil || r.status != http.StatusOK {
			t.Errorf("%q: have %v, %v, want 200", lines[0], r, err)
		}
	}
	began := time.Now()
	ask("POST /stream HTTP/1.1", "Host: site", "Content-Length: 5", "", "hello")
	await.Until(t, "the time of the route is over", func() bool { return time.Since(began) > 2500*time.Millisecond })
	ask("GET /orders/7 HTTP/1.1", "Host: site", "", "")
	ask("POST /stream HTTP/1.1", "Host: site", "Content-Length: 5", "", "hello")
}

// With as many connections as there may be, others wait; who is silent makes room.
func TestSilentConnectionsMakeRoomForOthers(t *testing.T) {
	t.Parallel()
	const most = 30
	s := newWorld(t).site("max_connections: 30")
	before := s.resident(t)
	regular := client(true)
	defer regular.CloseIdleConnections()
	served := func() {
		t.Helper()
		began := time.Now()
		r, err := ask(regular, http.MethodGet, s.url+s.page, "")
		if err != nil || r.status != http.StatusOK {
			t.Errorf("have %v, %v, want 200", r, err)
		}
		wantBetween(t, "a request of a client that was there before", time.Since(began), 0, bearable)
	}
	served()
	for range 2 * most {
		s.dial(t)
	}
	served()
	began := time.Now()
	s.get(t, s.page).wantStatus(t, "a newcomer", http.StatusOK)
	wantBetween(t, "a newcomer", time.Since(began), time.Second, 13*time.Second)
	s.wantWell(t, before)
}

// A client that goes away in the middle costs nobody anything.
func TestClientsThatGoAwayAreForgotten(t *testing.T) {
	s := newWorld(t).site()
	s.endures(t, func() {
		for i := range 300 {
			c := s.dial(t)
			text := []string{"GET /orders/7 HTTP/1.1" + crlf, request("POST /orders", "", bearer, "Content-Length: 9"), request("GET /download", "")}[i%3]
			if _, err := io.Copy(c, strings.NewReader(text)); err != nil {
				t.Fatal(err)
			}
			_ = c.(*net.TCPConn).SetLinger(0) // reset
			_ = c.Close()
		}
	})
	await.Until(t, "all connections are closed", func() bool { return s.files(t) < 40 }, patience)
}

// files returns how many files and connections the process has open.
func (s *site) files(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.worker))
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}
