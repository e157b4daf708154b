package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
	"github.com/enoki-go/enoki/web"
)

// wantRefused checks that a handshake is answered by a problem.
func wantRefused(t *testing.T, url string, status int, headers ...string) (p web.Problem) {
	t.Helper()
	_, response, err := handshake(t, url, "/ws", headers...)
	if !errors.Is(err, websocket.ErrBadHandshake) || response.StatusCode != status {
		t.Fatalf("have %v, want the status %d", err, status)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&p); err != nil || p.Status != status {
		t.Errorf("have %+v, %v, want a problem with status %d", p, err, status)
	}
	if status == http.StatusServiceUnavailable && response.Header.Get("Retry-After") == "" {
		t.Error("have no Retry-After")
	}
	return p
}

// Club lets in who has a card.
type Club struct {
	_ service.Name `name:"club"`
	_ web.Auth     `method:"Check"`
	_ web.Socket   `method:"Whoami"`
}

// Check asks for the card.
func (*Club) Check(r *http.Request) (web.Data, error) {
	if card := r.Header.Get("X-Card"); card != "" {
		return web.Data{"member": card}, nil
	}
	return nil, fault.New(fault.Unauthenticated, "show your card")
}

// Whoami returns the member.
func (*Club) Whoami(ctx context.Context) string { return web.SocketFrom(ctx).Data()["member"] }

// Bar is in the same house, and open to all.
type Bar struct {
	_ service.Name `name:"bar"`
	_ web.Socket   `method:"Order"`
	_ web.Socket   `method:"Terrace" path:"/terrace"`
}

// Order returns what was ordered.
func (*Bar) Order(what string) string { return what }

// Terrace is reached by another path.
func (*Bar) Terrace() string { return "sun" }

// Yard has a check for routes, but not for its sockets.
type Yard struct {
	_ service.Name `name:"yard"`
	_ web.Auth     `method:"Check"`
	_ web.Socket   `method:"Play" auth:"none"`
}

// Check lets nobody in.
func (*Yard) Check(*http.Request) (web.Data, error) { return nil, fault.New(fault.Denied, "no") }

// Play plays.
func (*Yard) Play() string { return "ball" }

func TestAuthIsAskedBeforeTheUpgrade(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Club))
	if p := wantRefused(t, v.url, http.StatusUnauthorized); p.Detail != "show your card" || p.Code != fault.Unauthenticated {
		t.Errorf("have %+v, want the error of the method", p)
	}
	talk(t, v.url, "X-Card", "7").wantResult("whoami", nil, `"7"`)
}

func TestServicesSharePathsAndTheirAuths(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Bar), new(Club))
	wantRefused(t, v.url, http.StatusUnauthorized)
	c := talk(t, v.url, "X-Card", "7")
	c.wantResult("order", "tea", `"tea"`)
	c.wantResult("whoami", nil, `"7"`)
	c.ask("terrace", nil).wantError(t, "not_found", `unknown method "terrace"`)
	talkAt(t, v.url, "/terrace").wantResult("terrace", nil, `"sun"`)
}

// What a client says of itself in a header is not what a service knows of it.
func TestHeadersDoNotReplaceWhatAuthSays(t *testing.T) {
	t.Parallel()
	for _, order := range [][]any{{new(Bar), new(Club)}, {new(Club), new(Bar)}} {
		v, _ := launch(t, "web: {headers: {X-Member: member}}", order...)
		talk(t, v.url, "X-Card", "7", "X-Member", "admin").wantResult("whoami", nil, `"7"`)
	}
}

func TestForeignOriginIsRefused(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Bar))
	p := wantRefused(t, v.url, http.StatusForbidden, "Origin", "https://evil.example")
	wantText(t, p.Detail, "web.sockets.origins")
	talk(t, v.url, "Origin", v.url)
}

func TestOriginsThatAreAllowedConnect(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {sockets: {origins: ['https://app.example']}}", new(Bar))
	talk(t, v.url, "Origin", "https://app.example")
	wantRefused(t, v.url, http.StatusForbidden, "Origin", "https://evil.example")
	all, _ := launch(t, "web: {sockets: {origins: ['*']}}", new(Bar))
	talk(t, all.url, "Origin", "https://evil.example")
}

func TestNoMoreSocketsAreOpenThanMay(t *testing.T) {
	t.Parallel()
	l := newLodge()
	v, _ := launch(t, "web: {sockets: {max: 2}}", l)
	first := l.arrive(t, v.url)
	l.arrive(t, v.url)
	p := wantRefused(t, v.url, http.StatusServiceUnavailable)
	wantText(t, p.Detail, "too many websockets")
	_ = first.ws.Close()
	l.wantNote(t, "depart "+first.id)
	await.Until(t, "the place is free", func() bool {
		_, _, err := handshake(t, v.url, "/ws")
		return err == nil
	})
}

func TestPlainRequestIsToldToUpgrade(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Bar))
	a := v.get("/ws")
	a.problem(t, http.StatusUpgradeRequired)
	a.wantHeader(t, "Upgrade", "websocket")
	v.get("/ws", "Connection", "Upgrade", "Upgrade", "websocket").problem(t, http.StatusBadRequest)
}

func TestFloodOfFramesClosesTheSocket(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {sockets: {rate: 1, burst: 5}}", new(Bar))
	c, other := talk(t, v.url), talk(t, v.url)
	for range 6 {
		c.request("order", "tea")
	}
	c.wantClosed(websocket.ClosePolicyViolation, "web.sockets.rate")
	other.wantResult("order", "tea", `"tea"`)
}

func TestBinaryFramesAndLargeOnesCloseTheSocket(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "web: {sockets: {read_limit: 100}}", new(Bar))
	c := talk(t, v.url)
	if err := c.ws.WriteMessage(websocket.BinaryMessage, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	c.wantClosed(websocket.CloseUnsupportedData, "want text")
	c = talk(t, v.url)
	c.request("order", string(make([]byte, 200))) // which the server has read before it closes
	c.wantClosed(websocket.CloseMessageTooBig, "web.sockets.read_limit")
}

func TestSocketsOfTheManifest(t *testing.T) {
	t.Parallel()
	_, a := launch(t, "", newLodge(), new(Bar))
	var have []string
	for _, s := range a.Manifest().Services {
		for _, e := range s.Entrypoints {
			have = append(have, e.Kind+" "+e.Name+" "+e.Address+" "+e.Options["on"])
		}
	}
	want := []string{
		"socket arrive /ws connect", "socket depart /ws disconnect", "socket hold /ws ", "socket hold_briefly /ws ",
		"socket stay /ws ", "socket pass /ws ", "socket order /ws ", "socket terrace /terrace ",
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("entrypoints (-want +have):\n%s", diff)
	}
}

func TestSocketsThatArePublicAskNobody(t *testing.T) {
	t.Parallel()
	v, _ := launch(t, "", new(Yard))
	talk(t, v.url).wantResult("play", nil, `"ball"`)
}
