package sock

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// read hands messages to handle until the connection cannot be read any more. Once
// the socket is closing it drops them.
func (c *Conn) read(handle func(frame []byte)) error {
	c.last = time.Now()
	c.ws.SetPingHandler(c.ponged)
	c.ws.SetPongHandler(func(string) error { c.admit(); c.extend(); return nil })
	for {
		c.extend()
		kind, message, err := c.ws.NextReader()
		if err != nil {
			return err
		}
		if c.isClosing() || !c.admit() {
			continue
		}
		frame, err := c.receive(kind, message)
		if err != nil {
			return err
		}
		if c.last = time.Now(); frame != nil {
			handle(frame)
			c.last = time.Now() // it may have waited for others to end
		}
	}
}

// admit counts what the client sends; false means that it is too much, and that the
// socket is closed.
func (c *Conn) admit() bool {
	if c.rate.Allow() {
		return true
	}
	c.Close(ClosePolicy, fmt.Sprintf("more than %v messages per second (web.sockets.rate)", c.options.Rate))
	return false
}

// ponged answers a ping.
func (c *Conn) ponged(data string) error {
	c.extend()
	if c.admit() {
		// One that cannot be sent in time is dropped; what is wrong with the
		// connection shows elsewhere.
		_ = c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(pongWait))
	}
	return nil
}

// pongWait is how long a pong waits for a frame that is being written.
const pongWait = 100 * time.Millisecond

// extend gives the client its time for the next sign of life.
func (c *Conn) extend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lingering {
		return
	}
	limit := time.Now().Add(c.options.Ping + c.options.Pong)
	if idle := c.last.Add(c.options.Idle); c.options.Idle > 0 && idle.Before(limit) {
		limit = idle
	}
	_ = c.ws.SetReadDeadline(limit) // of a closed connection, which the next read says
}

// buffers are what messages are read into before their size is known.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// receive returns a message, nil where it is refused and the socket closed for it.
func (c *Conn) receive(kind int, message io.Reader) ([]byte, error) {
	if kind != websocket.TextMessage {
		c.Close(CloseUnsupported, "binary message; want text")
		return nil, nil
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	n, err := b.ReadFrom(io.LimitReader(message, c.options.ReadLimit+1))
	switch {
	case err != nil:
		return nil, err
	case n > c.options.ReadLimit:
		c.Close(CloseTooBig, fmt.Sprintf("message of more than %d bytes (web.sockets.read_limit)", c.options.ReadLimit))
		return nil, nil
	case !utf8.Valid(b.Bytes()):
		c.Close(CloseInvalid, "the text is not UTF-8")
		return nil, nil
	}
	return append(make([]byte, 0, n), b.Bytes()...), nil
}

// settle closes the socket after what ended its reading. It reports whether bytes
// may be left that nobody will read as frames.
func (c *Conn) settle(err error) (dirty bool) {
	closed, ok := errors.AsType[*websocket.CloseError](err)
	if ok {
		c.drop(closed.Code, closed.Text)
		_ = c.ws.Close() // the client has its answer; a write that hangs ends now
		return false
	}
	failure, ok := errors.AsType[net.Error](err)
	switch {
	case !ok: // gorilla has sent the close frame
		c.drop(CloseProtocol, err.Error())
	case !failure.Timeout():
		c.drop(CloseAbnormal, err.Error())
		_ = c.ws.Close()
		return false
	case c.over(): // the client has not answered the close frame
		return false
	case c.options.Idle > 0 && time.Since(c.last) >= c.options.Idle:
		c.Close(CloseNormal, fmt.Sprintf("no message within %v (web.sockets.idle)", c.options.Idle))
	default:
		c.drop(CloseSilent, fmt.Sprintf("no answer to a ping within %v (web.sockets.pong)", c.options.Pong))
	}
	return true
}

// over reports whether the time to answer a close frame has run.
func (c *Conn) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lingering
}

// drain reads what is left, for as long as the client has to answer a close frame.
func (c *Conn) drain() {
	raw := c.ws.NetConn()
	_ = raw.SetReadDeadline(time.Now().Add(linger))
	_, _ = io.Copy(io.Discard, raw)
}
