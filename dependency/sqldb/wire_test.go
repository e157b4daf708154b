package sqldb_test

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
)

// wire is a way to PostgreSQL that may be cut, or swallow what is sent.
type wire struct {
	address string
	all     sync.WaitGroup

	mu       sync.Mutex // guards what follows
	listener net.Listener
	open     map[net.Conn]bool
	hole     chan struct{} // closed when what is sent arrives again; nil where it does
}

func newWire(t *testing.T) *wire {
	t.Helper()
	w := &wire{address: closedPort(t).address, open: map[net.Conn]bool{}}
	w.listen(t)
	t.Cleanup(func() { w.swallow(false); w.cut(); w.all.Wait() })
	return w
}

func (w *wire) listen(t *testing.T) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listener = l
	w.all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.all.Go(func() { w.forward(c) })
		}
	})
}

// cut refuses connections and ends those that are there.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.listener.Close()
	for c := range w.open {
		_ = c.Close()
	}
}

// swallow keeps connections and accepts new ones, but lets nothing through.
// Afterwards all that were there are lost.
func (w *wire) swallow(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case on && w.hole == nil:
		w.hole = make(chan struct{})
	case !on && w.hole != nil:
		close(w.hole)
		w.hole = nil
		for c := range w.open {
			_ = c.Close()
		}
	}
}

func (w *wire) forward(c net.Conn) {
	defer w.forget(c)
	w.mu.Lock()
	w.open[c] = true
	w.mu.Unlock()
	w.pass()
	s, err := new(net.Dialer).DialContext(context.Background(), "tcp", "127.0.0.1:5432")
	if err != nil {
		return
	}
	defer shut(s)
	w.all.Go(func() { w.copy(s, c); shut(s) })
	w.copy(c, s)
}

func (w *wire) forget(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, c)
	shut(c)
}

// pass waits until what is sent arrives.
func (w *wire) pass() {
	w.mu.Lock()
	hole := w.hole
	w.mu.Unlock()
	if hole != nil {
		<-hole
	}
}

func (w *wire) copy(to io.Writer, from io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		w.pass()
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// count returns how many connections there are to the wire.
func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.open)
}
