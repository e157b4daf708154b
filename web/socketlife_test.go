package web_test

import (
	"context"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// Lodge notes who comes and goes, and holds requests until its door is open.
type Lodge struct {
	_ service.Name `name:"lodge"`
	_ web.Socket   `method:"Arrive" on:"connect"`
	_ web.Socket   `method:"Depart" on:"disconnect"`
	_ web.Socket   `method:"Hold" args:"n"`
	_ web.Socket   `method:"Hold" name:"hold_briefly" args:"n" timeout:"50ms"`
	_ web.Socket   `method:"Stay" args:"n" timeout:"none"`
	_ web.Socket   `method:"Pass" args:"n"`

	diary   chan string // what has run, in order
	entered chan int
	door    chan struct{}
	lobby   chan struct{} // those who arrive wait for its end; nil for none
	refuse  error
}

func newLodge() *Lodge {
	return &Lodge{diary: make(chan string, 1000), entered: make(chan int, 1000), door: make(chan struct{})}
}

// Arrive runs when a client has connected.
func (l *Lodge) Arrive(ctx context.Context) error {
	if l.lobby != nil {
		<-l.lobby
	}
	l.diary <- "arrive " + web.SocketFrom(ctx).ID()
	if l.refuse == nil {
		_ = web.SocketFrom(ctx).Send("welcome", nil)
	}
	return l.refuse
}

// Depart runs when it has gone.
func (l *Lodge) Depart(ctx context.Context) { l.diary <- "depart " + web.SocketFrom(ctx).ID() }

// Hold returns n once the door is open.
func (l *Lodge) Hold(ctx context.Context, n int) (int, error) {
	l.entered <- n
	select {
	case <-l.door:
		l.diary <- "held"
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Stay is Hold that ignores the end of its context.
func (l *Lodge) Stay(n int) int {
	l.entered <- n
	<-l.door
	return n
}

// Pass returns n.
func (*Lodge) Pass(n int) int { return n }

// arrive connects and takes what the connect method leaves.
func (l *Lodge) arrive(t *testing.T, url string) *talker {
	t.Helper()
	c := talk(t, url)
	c.wantEvent("", "welcome", "null")
	l.wantNote(t, "arrive "+c.id)
	return c
}

func (l *Lodge) wantNote(t *testing.T, want string) {
	t.Helper()
	if have := await.Take(t, l.diary); have != want {
		t.Errorf("the diary says %q, want %q", have, want)
	}
}

func TestConnectMethodRunsBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, _ := launch(t, "", l)
	c := talk(t, v.url)
	id := c.request("pass", 1)
	c.wantEvent("", "welcome", "null")
	if f := c.hear(); f.Correlation != id {
		t.Errorf("have %+v, want the answer after the welcome", f)
	}
}

func TestErrorOfTheConnectMethodClosesTheSocket(t *testing.T) {
	t.Parallel()
	l := newLodge()
	l.refuse = fault.New(fault.Denied, "we are full")
	v, a := launch(t, "", l)
	c := talk(t, v.url)
	c.hear().wantError(t, "denied", "we are full")
	c.wantClosed(websocket.ClosePolicyViolation)
	l.wantNote(t, "arrive "+c.id)
	halt(t, a)
	if len(l.diary) > 0 {
		t.Errorf("the diary goes on with %q, want nothing: the client never arrived", <-l.diary)
	}
}

func TestDisconnectMethodRunsOnceAfterTheLastRequest(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, a := launch(t, "", l)
	c := l.arrive(t, v.url)
	c.request("hold", 1)
	await.Take(t, l.entered)
	_ = c.ws.Close()
	close(l.door)
	l.wantNote(t, "held")
	l.wantNote(t, "depart "+c.id)
	halt(t, a)
	if len(l.diary) > 0 {
		t.Errorf("the diary goes on with %q, want nothing", <-l.diary)
	}
}

// More than may wait for a worker: clients that come and go in crowds are not turned away.
func TestCrowdArrivesAndDeparts(t *testing.T) {
	t.Parallel()
	l := newLodge()
	l.lobby = make(chan struct{})
	v, a := launch(t, "workers: 1", l)
	var crowd []*talker
	for range 100 {
		crowd = append(crowd, talk(t, v.url))
	}
	close(l.lobby)
	for _, c := range crowd {
		c.wantEvent("", "welcome", "null")
	}
	halt(t, a)
	if have := len(l.diary); have != 200 {
		t.Errorf("the diary has %d entries, want 100 arrivals and 100 departures", have)
	}
}

func TestRequestsOfASocketRunInParallel(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, _ := launch(t, "", l)
	c := l.arrive(t, v.url)
	first, second := c.request("hold", 1), c.request("hold", 2)
	await.Take(t, l.entered)
	await.Take(t, l.entered)
	c.wantResult("pass", 3, "3") // overtakes both
	close(l.door)
	if have := c.hear().Correlation.(float64) + c.hear().Correlation.(float64); have != first+second {
		t.Errorf("the sum of the ids is %v, want that of both requests", have)
	}
}

func TestNoMoreRequestsRunThanMay(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, _ := launch(t, "web: {sockets: {parallel: 2}}", l)
	c := l.arrive(t, v.url)
	for i := range 5 {
		c.request("hold", i)
	}
	await.Take(t, l.entered)
	await.Take(t, l.entered)
	other := l.arrive(t, v.url)
	other.wantResult("pass", 1, "1") // as long as a third request would take
	if len(l.entered) > 0 {
		t.Errorf("request %d runs, want it to wait for one of the first two", <-l.entered)
	}
	close(l.door)
	for range 5 {
		if f := c.hear(); f.Type != "result" {
			t.Errorf("have %+v, want a result", f)
		}
	}
}

func TestRequestThatFindsNoWorkerIsRefused(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, _ := launch(t, "workers: 1", l)
	c := l.arrive(t, v.url)
	c.request("hold", 1)
	await.Take(t, l.entered)
	for range 11 {
		c.request("hold", 1)
	}
	c.hear().wantError(t, "unavailable", "too many requests wait already")
	close(l.door)
}

func TestRequestThatTakesTooLongIsToldItsSetting(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, _ := launch(t, "web: {timeout: 60ms}", l)
	c := l.arrive(t, v.url)
	c.ask("hold", 1).wantError(t, "timeout", "60ms", "configuration key web.timeout")
	c.ask("hold_briefly", 1).wantError(t, "timeout", "50ms", "tag key timeout of lodge.Hold")
}
