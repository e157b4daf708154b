package sock

import (
	"errors"
	"time"

	"github.com/gorilla/websocket"
)

// write sends what is queued, and pings, until the socket is closed.
func (c *Conn) write() {
	ping := time.NewTicker(c.options.Ping)
	defer ping.Stop()
	for c.writeNext(ping.C) {
		continue
	}
}

// writeNext writes one frame, so that a client that is sent a lot is pinged
// nevertheless. False means that it was the last.
func (c *Conn) writeNext(ping <-chan time.Time) bool {
	select {
	case <-ping:
		return c.written(c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.options.Write)))
	case <-c.wake:
	}
	frame, until, last := c.next()
	switch {
	case last:
		c.farewell(until)
		return false
	case frame == nil:
		return true
	}
	_ = c.ws.SetWriteDeadline(until) // never an error
	return c.written(c.ws.WriteMessage(websocket.TextMessage, frame))
}

// next takes a frame from the queue, nil for none, and says until when it is to be
// written. Last means that the close frame is due.
func (c *Conn) next() (frame []byte, until time.Time, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	until = time.Now().Add(c.options.Write)
	if c.ended != nil {
		until = c.ended.until
	}
	if len(c.queue) == 0 {
		c.queue = nil // not what was grown for a burst
		return nil, until, c.ended != nil
	}
	frame, c.queue[0] = c.queue[0], nil
	c.queue = c.queue[1:]
	if len(c.queue) > 0 || c.ended != nil {
		c.signal()
	}
	return frame, until, false
}

// written ends the socket where a write has failed: what comes next would stand in
// the middle of a frame.
func (c *Conn) written(err error) bool {
	if err == nil || errors.Is(err, websocket.ErrCloseSent) {
		return true
	}
	c.drop(CloseAbnormal, err.Error())
	_ = c.ws.Close() // so that the reader ends
	return false
}

// farewell sends the close frame and gives the client some time to answer it.
func (c *Conn) farewell(until time.Time) {
	code, reason := c.ending()
	if code == CloseAbnormal {
		return // and the connection is closed
	}
	err := c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), until)
	if err != nil && !errors.Is(err, websocket.ErrCloseSent) {
		_ = c.ws.Close()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lingering = true
	_ = c.ws.SetReadDeadline(time.Now().Add(linger)) // of a closed connection, which the next read says
}
