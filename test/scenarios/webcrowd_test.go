//go:build linux

package scenarios_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/internal/await"
)

// crowdSize is how many idle sockets a process is given.
func crowdSize() int {
	if os.Getenv("ENOKI_FULL_SCALE") == "1" {
		return 10_000
	}
	return 2_000
}

// An idle socket costs two goroutines and its buffers.
const bearableSocket = 40 << 10

// crowd connects count sockets and reads their greetings.
func (s *site) crowd(t *testing.T, count int) (all []*websocket.Conn) {
	t.Helper()
	all = make([]*websocket.Conn, count)
	t.Cleanup(func() {
		for _, ws := range all {
			if ws != nil {
				_ = ws.Close()
			}
		}
	})
	next := make(chan int)
	var workers sync.WaitGroup
	for range 20 {
		workers.Go(func() {
			for i := range next {
				all[i] = s.idle(t)
			}
		})
	}
	for i := range count {
		next <- i
	}
	close(next)
	workers.Wait()
	return all
}

// idle connects a socket and reads its greeting, from any goroutine.
func (s *site) idle(t *testing.T) *websocket.Conn {
	t.Helper()
	ws, answer, err := dialer.Dial("ws://"+s.address+"/ws", known)
	if err != nil {
		t.Errorf("connect: %v, %v", err, answer)
		return nil
	}
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	if _, _, err := ws.ReadMessage(); err != nil {
		t.Errorf("have %v, want the greeting", err)
	}
	return ws
}

func TestIdleSocketsCostLittle(t *testing.T) {
	t.Parallel()
	count := crowdSize()
	s := newWorld(t).site("sockets: {max: 10001}")
	s.endures(t, func() {
		before := s.resident(t)
		began := time.Now()
		all := s.crowd(t, count)
		each := (s.resident(t) - before) / count
		t.Logf("%d idle sockets after %v, %d bytes each", count, time.Since(began).Round(time.Millisecond), each)
		if each > bearableSocket {
			t.Errorf("have %d bytes for each socket, want at most %d", each, bearableSocket)
		}
		s.socket(t).works()
		for _, ws := range all {
			if ws != nil {
				_ = ws.Close()
			}
		}
	})
}

func TestSocketsBeyondTheMostAreRefused(t *testing.T) {
	s := newWorld(t).site("sockets: {max: 20}")
	all := s.crowd(t, 20)
	_, answer, err := dialer.Dial("ws://"+s.address+"/ws", known)
	if answer == nil || answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("have %v, %v, want 503 with Retry-After", err, answer)
	}
	s.get(t, s.page).wantStatus(t, s.page, http.StatusOK)
	_ = all[0].Close()
	await.Until(t, "there is room again", func() bool {
		ws, _, err := dialer.Dial("ws://"+s.address+"/ws", known)
		if err == nil {
			_ = ws.Close()
		}
		return err == nil
	}, patience)
}

// A listener is a socket that hears what is announced on a channel.
type listener struct {
	*socket
	heard atomic.Int64 // events so far
	over  chan struct{}
}

// hears subscribes a channel and hears count events, which come in rounds and are
// numbered in each.
func (s *site) hears(t *testing.T, channel string, count, round int) *listener {
	t.Helper()
	l := &listener{socket: s.socket(t), over: make(chan struct{})}
	l.send(fmt.Sprintf(`{"method":"join","data":%q,"correlation_id":"1"}`, channel))
	if f := l.next(); f.Type != "result" {
		t.Fatalf("join: have %+v, want a result", f)
	}
	go func() { // ends with the last event, or the connection
		defer close(l.over)
		l.hear(count, round)
	}()
	return l
}

func (l *listener) hear(count, round int) {
	_ = l.SetReadDeadline(time.Now().Add(patience))
	for n := range count {
		var f frame
		var event struct{ N int }
		if err := l.ReadJSON(&f); err != nil || json.Unmarshal(f.Data, &event) != nil || event.N != n%round {
			l.t.Errorf("event %d: have %v and %d, want %d", n, err, event.N, n%round)
			return
		}
		l.heard.Add(1)
	}
}

// 256 frames wait for a client that does not read; what the kernel takes for it comes on
// top. The others get all there is.
func TestSocketThatDoesNotReadIsClosedAndTheOthersHearEverything(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site()
	const rounds, round, size = 40, 50, 16 << 10 // 32 MiB
	s.endures(t, func() {
		deaf, began := s.hears(t, "news", 0, 1), time.Now()
		var others []*listener
		for range 5 {
			others = append(others, s.hears(t, "news", rounds*round, round))
		}
		for n := range rounds {
			body := fmt.Sprintf(`{"count":%d,"size":%d}`, round, size)
			s.ask(t, http.MethodPost, "/channels/news", body).wantStatus(t, "announce", http.StatusNoContent)
			for _, l := range others {
				await.Until(t, "everybody has heard a round", func() bool { return l.heard.Load() == int64((n+1)*round) || t.Failed() }, patience)
			}
		}
		for _, l := range others {
			await.Take(t, l.over, patience)
			l.works()
		}
		codes := []int{websocket.CloseTryAgainLater}
		if time.Since(began) > 4*time.Second { // a frame that is not taken within 5 s ends the connection
			codes = append(codes, websocket.CloseAbnormalClosure)
		}
		deaf.closes(codes...)
	})
}
