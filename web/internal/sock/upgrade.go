package sock

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
)

// roomRead and roomWrite are buffers. A socket is idle most of its time, so its own
// is small; larger messages are read in parts, and written past the buffer.
const (
	roomRead  = 512
	roomWrite = 1024
)

var upgrader = websocket.Upgrader{
	ReadBufferSize:  roomRead,
	WriteBufferSize: roomWrite,
	WriteBufferPool: new(sync.Pool),
	CheckOrigin:     func(*http.Request) bool { return true }, // see Allowed
	Error:           func(http.ResponseWriter, *http.Request, int, error) {},
}

// RefusedError says that a request is no handshake of a websocket. It is not
// answered.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Upgrade makes a websocket of a request. The error is a *RefusedError where the
// request can still be answered. Upgrade starts nothing: see Conn.Run. Who called
// may return from serving the request at once.
func Upgrade(w http.ResponseWriter, r *http.Request, o Options) (*Conn, error) {
	ws, err := upgrader.Upgrade(hijacker{w}, r, nil)
	if refused, ok := errors.AsType[websocket.HandshakeError](err); ok {
		return nil, &RefusedError{strings.TrimPrefix(refused.Error(), "websocket: ")}
	}
	if err != nil {
		return nil, err
	}
	return newConn(ws, o), nil
}

// hijacker finds the connection behind writers that wrap others.
type hijacker struct{ http.ResponseWriter }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(h.ResponseWriter).Hijack()
}

// Allowed reports whether a page may open a socket: one of the same host, one of
// origins ("https://example.com", "*" for all), or what is no page and says no
// origin.
func Allowed(r *http.Request, origins []string) bool {
	values := r.Header.Values("Origin")
	if len(values) == 0 || slices.Contains(origins, "*") {
		return true
	}
	if len(values) > 1 {
		return false
	}
	origin, err := url.Parse(values[0])
	if err != nil || origin.Host == "" {
		return false
	}
	return strings.EqualFold(origin.Host, r.Host) || slices.ContainsFunc(origins, func(allowed string) bool {
		return strings.EqualFold(allowed, values[0])
	})
}

// Asked reports whether a request asks for a websocket.
func Asked(r *http.Request) bool { return websocket.IsWebSocketUpgrade(r) }
