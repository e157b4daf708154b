//go:build linux

package scenarios_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/internal/await"
)

// A crowd of requests, more than run and wait at once: the rest is refused at once and told
// to come again, and those that were let in end by the deadline of their handler.
func TestRequestsThatAreTooManyAreRefusedAndTheOthersEnd(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site("timeout: 2s")
	var all sync.WaitGroup
	answers, began := make([]reply, 150), time.Now() // 10 run and 100 wait
	for i := range answers {
		all.Go(func() {
			answers[i], _ = ask(client(false), http.MethodGet, s.url+"/work/60000", "") // none shows as the status 0
		})
	}
	all.Wait()
	wantBetween(t, "the last answer", time.Since(began), time.Second, 20*time.Second)
	count := make(map[int]int)
	for _, r := range answers {
		count[r.status]++
		if r.status == http.StatusServiceUnavailable && r.header.Get("Retry-After") == "" {
			t.Errorf("have %v, want Retry-After", r)
		}
	}
	late, own, refused := count[http.StatusGatewayTimeout], count[http.StatusInternalServerError], count[http.StatusServiceUnavailable]
	if refused == 0 || late == 0 || late+own+refused != len(answers) { // own is what the method says where it runs and is cut off
		t.Errorf("have the statuses %v, want 503, 504, and the method's own error", count)
	}
	s.get(t, s.page).wantStatus(t, s.page, http.StatusOK)
}

// A client that answers no ping is gone, for all that anybody knows; one that does may be
// silent for as long as it likes.
func TestSocketsThatAnswerNoPingAreClosed(t *testing.T) {
	t.Parallel()
	s := newWorld(t).site("sockets: {ping: 1s, pong: 2s}")
	dead, alive := s.socket(t), s.socket(t)
	dead.SetPingHandler(func(string) error { return nil })
	pings, heard := alive.pinged()
	began := time.Now()
	dead.closes(websocket.CloseInternalServerErr)
	wantBetween(t, "the socket", time.Since(began), 2*time.Second, 20*time.Second)
	for range 6 { // longer than what keeps it open once
		select {
		case <-pings:
		case err := <-heard:
			t.Fatalf("have %v, want the socket that answers still open", err)
		}
	}
	alive.send(`{"method":"echo","data":"still here"}`)
	if err := await.Take(t, heard, patience); err != nil {
		t.Errorf("have %v, want an answer", err)
	}
}

// pinged reads one message, and answers pings meanwhile; each is told.
func (k *socket) pinged() (pings chan struct{}, heard chan error) {
	pings, heard = make(chan struct{}, 1000), make(chan error, 1)
	answer := k.PingHandler()
	k.SetPingHandler(func(data string) error {
		pings <- struct{}{}
		return answer(data)
	})
	_ = k.SetReadDeadline(time.Now().Add(2 * patience))
	go func() { // ends with the connection, which ends with the test
		_, _, err := k.ReadMessage()
		heard <- err
	}()
	return pings, heard
}
