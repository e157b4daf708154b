package sock_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/web/internal/sock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// usual are the limits where nothing is set.
func usual() sock.Options {
	return sock.Options{
		ReadLimit: 64 << 10, Ping: 20 * time.Second, Pong: 10 * time.Second, Write: 5 * time.Second,
		Queue: 256, Rate: 100, Burst: 200,
	}
}

// ended is how a socket was closed.
type ended struct {
	code   int
	reason string
}

// served is a socket as its server has it.
type served struct {
	*sock.Conn
	ended chan ended
}

// open connects a client to a socket whose messages handle takes.
func open(t *testing.T, o sock.Options, handle func(c *sock.Conn, frame []byte)) (*websocket.Conn, served) {
	t.Helper()
	conns := make(chan served, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := sock.Upgrade(w, r, o)
		if err != nil {
			t.Error(err)
			return
		}
		s := served{c, make(chan ended, 1)}
		conns <- s
		code, reason := c.Run(func() {}, func(frame []byte) { handle(c, frame) })
		s.ended <- ended{code, reason}
	}))
	t.Cleanup(server.Close)
	client, response, err := websocket.DefaultDialer.DialContext(await.Within(t), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	_ = response.Body.Close()
	s := await.Take(t, conns)
	t.Cleanup(func() { s.Close(sock.CloseNormal, "") })
	return client, s
}

// echo sends back what it gets.
func echo(c *sock.Conn, frame []byte) { _ = c.Send(frame) }

// say sends text.
func say(t *testing.T, client *websocket.Conn, text string) {
	t.Helper()
	if err := client.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// hear returns the next message, which comes in time.
func hear(t *testing.T, client *websocket.Conn) string {
	t.Helper()
	_ = client.SetReadDeadline(time.Now().Add(await.Patience))
	_, frame, err := client.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	return string(frame)
}

// wantClose reads until the close frame, and checks it.
func wantClose(t *testing.T, client *websocket.Conn, code int, part string) {
	t.Helper()
	_ = client.SetReadDeadline(time.Now().Add(await.Patience))
	for {
		_, _, err := client.ReadMessage()
		if err == nil {
			continue
		}
		closed, ok := errors.AsType[*websocket.CloseError](err)
		if !ok || closed.Code != code || !strings.Contains(closed.Text, part) {
			t.Errorf("client sees %v, want code %d with %q", err, code, part)
		}
		return
	}
}

// wantClean checks that the connection ends in order: a reset could take the close frame
// with it.
func wantClean(t *testing.T, client *websocket.Conn) {
	t.Helper()
	if _, err := client.NetConn().Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the connection ends with %v, want its orderly end", err)
	}
}

// wantEnd checks how the server says that the socket was closed.
func wantEnd(t *testing.T, s served, code int, part string) {
	t.Helper()
	if have := await.Take(t, s.ended); have.code != code || !strings.Contains(have.reason, part) {
		t.Errorf("socket ended with %d %q, want %d with %q", have.code, have.reason, code, part)
	}
}

// stall makes the client a slow one: little is buffered for it.
func stall(client *websocket.Conn) {
	if tcp, ok := client.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(4 << 10)
	}
}
