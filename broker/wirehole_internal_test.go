package broker

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

// hole is more than the buffers of pipe hold.
const hole = 256 << 10

// pipe returns both ends of a connection whose buffers are small.
func pipe(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if near, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = near.Close() })
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = far.Close() })
	for _, err := range []error{near.(*net.TCPConn).SetWriteBuffer(4 << 10), far.(*net.TCPConn).SetReadBuffer(16 << 10)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return near, far
}

// Red where a message after a silence is written by whoever sends it: it waits as long
// as the network is a black hole, and with it all who want to send, since nats.go
// holds its lock meanwhile.
func TestWhoSendsIntoABlackHoleDoesNotWait(t *testing.T) {
	t.Parallel()
	near, far := pipe(t)
	w := newWire(near)
	sent := bytes.Repeat([]byte("0123456789abcdef"), hole/16)
	for rest := sent; len(rest) > 0; {
		w.mu.Lock()
		w.last = time.Time{} // quiet
		w.mu.Unlock()
		n := min(len(rest), 10_000)
		began := time.Now()
		if _, err := w.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("a write of %d bytes, %d before the end: took %v, want it not to wait for the network", n, len(rest), took)
		}
		rest = rest[n:]
	}
	received := make(chan []byte)
	go func() { // ends with the connection
		all, _ := io.ReadAll(far)
		received <- all
	}()
	w.await()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if have := <-received; !bytes.Equal(have, sent) {
		t.Errorf("have %d bytes received, want %d, in order", len(have), len(sent))
	}
}

// await waits until nothing is pending.
func (w *wire) await() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.writing {
		w.changed.Wait()
	}
}
