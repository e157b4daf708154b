package svctest

import (
	"net"
	"os"
	"sync"
	"time"
)

// memoryConn is a connection within the process that holds what was not read yet,
// as a socket does. A net.Pipe alone does not, and nats.go and the server both write
// with locks held that their readers need: each could wait for the other to read.
type memoryConn struct {
	net.Conn // one end of a net.Pipe
	in, out  *memory
}

// newMemoryConn takes conn over. Two goroutines end with the connection.
func newMemoryConn(conn net.Conn) *memoryConn {
	c := &memoryConn{Conn: conn, in: newMemory(), out: newMemory()}
	go c.receive()
	go c.send()
	return c
}

func (c *memoryConn) Read(b []byte) (int, error)  { return c.in.read(b) }
func (c *memoryConn) Write(b []byte) (int, error) { return c.out.write(b) }

// Close returns at once; what was written is still sent.
func (c *memoryConn) Close() error {
	c.in.end(net.ErrClosed)
	c.out.end(net.ErrClosed)
	return c.Conn.SetWriteDeadline(time.Now().Add(memoryLinger))
}

// memoryLinger is how long the other end has to take what was written before Close.
const memoryLinger = time.Second

func (c *memoryConn) SetReadDeadline(t time.Time) error { c.in.expire(t); return nil }

// SetWriteDeadline does nothing: Write never waits.
func (*memoryConn) SetWriteDeadline(time.Time) error { return nil }

func (c *memoryConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

func (c *memoryConn) receive() {
	b := make([]byte, 32<<10)
	for {
		n, err := c.Conn.Read(b)
		_, _ = c.in.write(b[:n]) // nobody reads what comes after Close
		if err != nil {
			c.in.end(err)
			return
		}
	}
}

func (c *memoryConn) send() {
	b := make([]byte, 32<<10)
	for {
		n, err := c.out.read(b)
		if err == nil {
			_, err = c.Conn.Write(b[:n])
		}
		if err != nil {
			c.out.end(err)
			_ = c.Conn.Close() // ends receive, too
			return
		}
	}
}

// memory is one direction of a connection; it has no bound.
type memory struct {
	mu       sync.Mutex // guards what follows
	changed  *sync.Cond
	data     []byte
	err      error     // of what comes after data
	deadline time.Time // of read; zero for none
}

func newMemory() *memory {
	m := new(memory)
	m.changed = sync.NewCond(&m.mu)
	return m
}

func (m *memory) write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return 0, m.err
	}
	m.data = append(m.data, b...)
	m.changed.Broadcast()
	return len(b), nil
}

func (m *memory) read(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		switch {
		case !m.deadline.IsZero() && !time.Now().Before(m.deadline):
			return 0, os.ErrDeadlineExceeded
		case len(m.data) > 0:
			n := copy(b, m.data)
			m.data = m.data[n:]
			return n, nil
		case m.err != nil:
			return 0, m.err
		}
		m.changed.Wait()
	}
}

// end lets read return err once all was read. The first err counts.
func (m *memory) end(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.err = err
	}
	m.changed.Broadcast()
}

func (m *memory) expire(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deadline = t
	if !t.IsZero() {
		time.AfterFunc(time.Until(t), m.changed.Broadcast) // ends at once
	}
	m.changed.Broadcast()
}
