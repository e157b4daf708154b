package web_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/service"
)

// talker is a client of a websocket.
type talker struct {
	t    *testing.T
	ws   *websocket.Conn
	id   string
	last int // request
}

// frame is what a server sends.
type frame struct {
	Type        string
	Correlation any    `json:"correlation_id"`
	SocketID    string `json:"socket_id"`
	Event       string
	Channel     string
	Data        json.RawMessage
	Error       struct {
		Code, Name, Message string
		CallID              string `json:"call_id"`
	}
}

// handshake asks for a websocket. Headers are given as names and values in turn.
func handshake(t *testing.T, url, path string, headers ...string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	h := make(http.Header)
	for i := 0; i < len(headers); i += 2 {
		h.Add(headers[i], headers[i+1])
	}
	ws, response, err := websocket.DefaultDialer.DialContext(await.Within(t), "ws"+strings.TrimPrefix(url, "http")+path, h)
	if err == nil {
		t.Cleanup(func() { _ = ws.Close() })
	}
	return ws, response, err
}

// talk connects to /ws.
func talk(t *testing.T, url string, headers ...string) *talker {
	t.Helper()
	return talkAt(t, url, "/ws", headers...)
}

// talkAt connects, and hears its id.
func talkAt(t *testing.T, url, path string, headers ...string) *talker {
	t.Helper()
	ws, _, err := handshake(t, url, path, headers...)
	if err != nil {
		t.Fatal(err)
	}
	c := &talker{t: t, ws: ws}
	first := c.hear()
	if first.Type != "connected" || !strings.Contains(first.SocketID, ".") {
		t.Fatalf("the first frame is %+v, want connected with the id of the socket", first)
	}
	c.id = first.SocketID
	return c
}

// say sends a frame as it is.
func (c *talker) say(text string) {
	c.t.Helper()
	if err := c.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// hear returns the next frame, which comes in time.
func (c *talker) hear() (f frame) {
	c.t.Helper()
	_ = c.ws.SetReadDeadline(time.Now().Add(await.Patience))
	_, data, err := c.ws.ReadMessage()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := json.Unmarshal(data, &f); err != nil {
		c.t.Fatalf("have %s: %v", data, err)
	}
	return f
}

// request sends a request, and returns its correlation id.
func (c *talker) request(method string, data any) float64 {
	c.t.Helper()
	c.last++
	body, err := json.Marshal(map[string]any{"method": method, "data": data, "correlation_id": c.last})
	if err != nil {
		c.t.Fatal(err)
	}
	c.say(string(body))
	return float64(c.last)
}

// ask sends a request and returns the next frame, its answer.
func (c *talker) ask(method string, data any) frame {
	c.t.Helper()
	id := c.request(method, data)
	f := c.hear()
	if f.Correlation != id {
		c.t.Fatalf("%s: have %+v, want an answer with the id %v", method, f, id)
	}
	return f
}

// wantResult sends a request and checks its answer, which is JSON.
func (c *talker) wantResult(method string, data any, want string) {
	c.t.Helper()
	if f := c.ask(method, data); f.Type != "result" || string(f.Data) != want {
		c.t.Errorf("%s(%v): have %s %s %+v, want the result %s", method, data, f.Type, f.Data, f.Error, want)
	}
}

// wantEvent checks the next frame.
func (c *talker) wantEvent(channel, event, data string) {
	c.t.Helper()
	if f := c.hear(); f.Type != "event" || f.Channel != channel || f.Event != event || string(f.Data) != data {
		c.t.Errorf("have %+v %s, want event %s on %q with %s", f, f.Data, event, channel, data)
	}
}

// wantError checks a frame that is an error. Without parts it has no message.
func (f frame) wantError(t *testing.T, code string, parts ...string) {
	t.Helper()
	if f.Type != "error" || f.Error.Code != code || len(parts) == 0 && f.Error.Message != "" {
		t.Errorf("have %+v, want an error %s", f, code)
	}
	for _, part := range parts {
		if !strings.Contains(f.Error.Message, part) {
			t.Errorf("have message %q, want one with %q", f.Error.Message, part)
		}
	}
}

// wantClosed reads frames until the socket is closed, and checks with which code.
func (c *talker) wantClosed(code int, parts ...string) {
	c.t.Helper()
	_ = c.ws.SetReadDeadline(time.Now().Add(await.Patience))
	for {
		_, _, err := c.ws.ReadMessage()
		if err == nil {
			continue
		}
		closed, ok := errors.AsType[*websocket.CloseError](err)
		if !ok || closed.Code != code {
			c.t.Fatalf("have %v, want close code %d", err, code)
		}
		for _, part := range parts {
			if !strings.Contains(closed.Text, part) {
				c.t.Errorf("closed with %q, want %q in it", closed.Text, part)
			}
		}
		return
	}
}

// halt stops an app.
func halt(t *testing.T, a *service.App) {
	t.Helper()
	if err := a.Stop(await.Within(t)); err != nil {
		t.Error(err)
	}
}
