package broker

import (
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/enoki-go/enoki/internal/inprocess"
)

// wire is a connection whose writes are gathered: what several goroutines send in
// the same instant goes out in one system call. nats.go writes after nearly every
// message of a caller and holds its lock meanwhile, which costs more than all the
// rest of a call; see docs/decisions.md.
type wire struct {
	net.Conn

	now *instant // writes that do not wait; nil where the connection knows none

	mu      sync.Mutex // guards what follows
	changed *sync.Cond // after a write, and by Close
	pending []byte
	spare   []byte    // to gather in next
	writing bool      // a goroutine is at it
	err     error     // of that
	closed  bool      // by Close
	last    time.Time // call of Write
	until   time.Time // write deadline that is set
}

const (
	// wireQuiet is the silence after which a message goes out at once: there is
	// nothing to gather it with.
	wireQuiet = 50 * time.Microsecond
	// wireRoom is how much may wait to be written; then Write blocks, as it does on
	// a full socket.
	wireRoom = 1 << 20
	// wireLimit is how long one write may take. It is set anew at most every second.
	wireLimit = 10 * time.Second
	// wireClose is how long Close waits for what is left to be written.
	wireClose = 200 * time.Millisecond
)

// dialer connects as nats.go does and gathers writes.
type dialer struct{ net.Dialer }

// Dial is called by nats.go.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	conn, err := d.connect(network, address)
	if err != nil {
		return nil, err
	}
	return newWire(conn), nil
}

// connect needs no socket where the broker is in this process.
func (d *dialer) connect(network, address string) (net.Conn, error) {
	if dial := inprocess.Lookup(address); dial != nil {
		return dial()
	}
	return d.Dialer.Dial(network, address)
}

func newWire(conn net.Conn) *wire {
	w := &wire{Conn: conn, now: newInstant(conn)}
	w.changed = sync.NewCond(&w.mu)
	return w
}

// Write takes b over. An error of the socket is returned by a later Write.
func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.pending) > 0 && len(w.pending)+len(b) > wireRoom && w.err == nil && !w.closed {
		w.changed.Wait()
	}
	if w.err != nil {
		return 0, w.err
	}
	if w.closed {
		return 0, net.ErrClosed
	}
	now := time.Now()
	quiet := now.Sub(w.last) >= wireQuiet
	w.last = now
	if quiet && !w.writing {
		return w.direct(b, now)
	}
	w.leave(b)
	return len(b), nil
}

// direct writes b at once, and leaves to a goroutine what the socket does not take:
// while the network is gone nobody who sends is to wait for it. The caller holds mu.
func (w *wire) direct(b []byte, now time.Time) (n int, err error) {
	w.extend(now)
	if w.now == nil {
		n, err = w.Conn.Write(b)
	} else {
		n, err = w.now.write(b)
	}
	if err != nil {
		w.fail(err)
		return n, err
	}
	if n < len(b) {
		w.leave(b[n:])
	}
	return len(b), nil
}

// leave has a goroutine write b. The caller holds mu.
func (w *wire) leave(b []byte) {
	w.pending = append(w.pending, b...)
	if !w.writing {
		w.writing = true
		go w.drain() // ends when nothing is pending; Close waits for it
	}
}

// fail ends the connection: what comes next would stand in the middle of a
// message. The caller holds mu.
func (w *wire) fail(err error) {
	w.err, w.pending = err, nil
	_ = w.Conn.Close() // so that who reads notices, too
}

// SetWriteDeadline does nothing: writes have limits of their own.
func (*wire) SetWriteDeadline(time.Time) error { return nil }

// SetDeadline sets the deadline for reading.
func (w *wire) SetDeadline(t time.Time) error { return w.SetReadDeadline(t) }

// extend gives the next write its time. The caller holds mu.
func (w *wire) extend(now time.Time) {
	if w.until.Sub(now) < wireLimit-time.Second && !w.closed {
		w.until = now.Add(wireLimit)
		_ = w.Conn.SetWriteDeadline(w.until) // an error shows when it is written
	}
}

// drain writes until nothing is pending.
func (w *wire) drain() {
	runtime.Gosched() // whoever is about to send does so now
	for batch := w.take(nil, nil); batch != nil; {
		_, err := w.Conn.Write(batch)
		batch = w.take(batch, err)
	}
}

// take returns what is pending, nil for nothing, after the batch before was
// written.
func (w *wire) take(written []byte, err error) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	if cap(written) <= wireRoom {
		w.spare = written[:0]
	}
	if err != nil {
		w.fail(err)
	}
	batch := w.pending
	w.pending, w.spare = w.spare, nil
	w.writing = len(batch) > 0
	w.changed.Broadcast()
	if !w.writing {
		return nil
	}
	w.extend(time.Now())
	return batch
}

// Close waits for a short time until what is pending is written, and closes.
func (w *wire) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.closed = true
		_ = w.Conn.SetWriteDeadline(time.Now().Add(wireClose))
	}
	for w.writing {
		w.changed.Wait()
	}
	return w.Conn.Close()
}
