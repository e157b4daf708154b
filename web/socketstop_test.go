package web_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/internal/await"
)

func TestStopAnswersWhatRunsAndTakesNoMore(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, a := launch(t, "", l)
	c, idle := l.arrive(t, v.url), l.arrive(t, v.url)
	id := c.request("hold", 1)
	await.Take(t, l.entered)
	stopped := make(chan error, 1)
	go func() { stopped <- a.Stop(context.Background()) }()
	idle.wantClosed(websocket.CloseGoingAway, "the service stops")
	_, response, err := handshake(t, v.url, "/ws")
	if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" {
		t.Errorf("handshake meanwhile: have %v, %v, want 503 with Retry-After", response, err)
	}
	c.ask("pass", 2).wantError(t, "unavailable", "stops")
	close(l.door)
	if f := c.hear(); f.Type != "result" || f.Correlation != id {
		t.Errorf("have %+v, want the result of what ran", f)
	}
	c.wantClosed(websocket.CloseGoingAway)
	if err := await.Take(t, stopped); err != nil {
		t.Error(err)
	}
	departed := 0
	for len(l.diary) > 0 {
		if note := <-l.diary; note == "depart "+c.id || note == "depart "+idle.id {
			departed++
		}
	}
	if departed != 2 {
		t.Errorf("%d disconnect methods ran before the stop was over, want 2", departed)
	}
}

func TestStopClosesSocketsWhoseRequestsDoNotEnd(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, a := launch(t, "drain: 50ms", l)
	c := l.arrive(t, v.url)
	c.request("stay", 1)
	await.Take(t, l.entered)
	stopped := make(chan error, 1)
	go func() { stopped <- a.Stop(context.Background()) }()
	c.hear().wantError(t, "unavailable", "the service stopped before the method returned")
	c.wantClosed(websocket.CloseGoingAway)
	if err := await.Take(t, stopped); err != nil {
		t.Error(err)
	}
	close(l.door)
}

func TestStopWaitsForSocketsWhoseClientsSayNothing(t *testing.T) {
	t.Parallel()
	l := newLodge()
	a, log := app(t, "drain: 50ms", l)
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	c := l.arrive(t, log.url(t))
	c.request("stay", 1)
	await.Take(t, l.entered)
	halt(t, a)
	wantText(t, log.String(), "a method that was to run after a disconnect did not", "socket="+c.id)
	close(l.door)
}

func TestIdleStopIsQuick(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, a := launch(t, "", l)
	for i := range 20 {
		c := l.arrive(t, v.url)
		if i%2 == 0 {
			continue // one that does not answer a close frame
		}
		go func() { // ends with the socket
			for {
				if _, _, err := c.ws.ReadMessage(); err != nil {
					return
				}
			}
		}()
	}
	began := time.Now()
	halt(t, a)
	if took := time.Since(began); took > time.Second {
		t.Errorf("stop took %v, want at most 1s", took)
	}
}
