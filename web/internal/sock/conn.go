// Package sock is one websocket as a server sees it, within its limits, and the
// registry of those that one process has.
package sock

import (
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"github.com/enoki-go/enoki/fault"
)

// Options are the limits of a socket. All but Idle are more than 0.
type Options struct {
	ReadLimit int64         // bytes of a message from the client
	Ping      time.Duration // from one ping to the next
	Pong      time.Duration // how long the answer to a ping may take
	Write     time.Duration // how long the client may take to take a frame
	Idle      time.Duration // how long the client may send no message; 0 for as long as it likes
	Queue     int           // frames that wait for a client that does not read
	Rate      float64       // messages, pings and pongs of the client per second
	Burst     int           // how many of them may come at once
}

// linger is how long the client has to answer a close frame. What it has sent until
// then is read and dropped: a connection that is closed with unread bytes is reset,
// and the client would not see why.
const linger = 500 * time.Millisecond

var (
	// ErrClosed is returned by Send on a socket that is closed.
	ErrClosed = fault.Declare("svc.socket_closed", fault.Unavailable, "the socket is closed")
	// ErrSlow is the ErrClosed of a Send that closed the socket, because the client
	// has not taken what was sent before.
	ErrSlow = ErrClosed.Explain("the socket is closed: its client does not take what it is sent")
)

// Conn is a websocket. Send and Close are safe for concurrent use.
type Conn struct {
	ws      *websocket.Conn
	options Options
	rate    *rate.Limiter
	wake    chan struct{} // has room for one: there is something to write
	closing chan struct{} // closed with the first end
	last    time.Time     // message of the client; for the reader only

	mu        sync.Mutex // guards what follows
	queue     [][]byte
	ended     *end
	lingering bool // the read deadline is that of the answer to a close frame
}

// end is why a socket is closed.
type end struct {
	code   int
	reason string
	until  time.Time // for what is left to be written
}

func newConn(ws *websocket.Conn, o Options) *Conn {
	return &Conn{
		ws: ws, options: o, rate: rate.NewLimiter(rate.Limit(o.Rate), o.Burst),
		wake: make(chan struct{}, 1), closing: make(chan struct{}),
	}
}

// Send queues a text frame and returns at once. The frame is not changed, so that
// many sockets can be given the same one; the caller does not change it either.
func (c *Conn) Send(frame []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ended != nil:
		return ErrClosed
	case len(c.queue) >= c.options.Queue:
		c.queue = nil
		c.finish(CloseSlow, "the client does not take what it is sent (web.sockets.queue)")
		return ErrSlow
	}
	c.queue = append(c.queue, frame)
	c.signal()
	return nil
}

// Close has what is queued sent, then a close frame with the code, or with CloseNormal
// where no frame may carry it. It returns at once; the first call counts.
func (c *Conn) Close(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finish(sendable(code), reason)
}

// drop is Close without what is queued, with any code.
func (c *Conn) drop(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = nil
	c.finish(code, reason)
}

// finish ends the socket where nobody has yet. The caller holds mu.
func (c *Conn) finish(code int, reason string) {
	if c.ended == nil {
		c.ended = &end{code, shortened(reason), time.Now().Add(c.options.Write)}
		close(c.closing)
	}
	c.signal()
}

// signal wakes the writer. The caller holds mu.
func (c *Conn) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Closing returns a channel that is closed as soon as nothing more can be sent.
func (c *Conn) Closing() <-chan struct{} { return c.closing }

func (c *Conn) isClosing() bool {
	select {
	case <-c.closing:
		return true
	default:
		return false
	}
}

// Run calls open, then handle for each message of the client, one after the other,
// and returns when the connection is closed, with the reason. The message is handle's
// to keep. While open and handle run nothing is read, so that a client is slowed down
// to their pace; where they wait, they wait for Closing too. Run is called once.
func (c *Conn) Run(open func(), handle func(frame []byte)) (code int, reason string) {
	var writer sync.WaitGroup
	writer.Go(c.write)
	open()
	dirty := c.settle(c.read(handle))
	writer.Wait()
	if dirty {
		c.drain()
	}
	_ = c.ws.Close()
	return c.ending()
}

func (c *Conn) ending() (code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended.code, c.ended.reason
}
