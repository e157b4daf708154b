package plain

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// Wire is a way to a server that can be cut, which is what the death of a process is
// to everybody else, or held up, which is what it is to be frozen.
type Wire struct {
	listener net.Listener
	to       string
	work     sync.WaitGroup

	mu    sync.Mutex // guards what follows
	conns []net.Conn
	over  chan struct{} // closed by Cut
	held  *held         // nil while bytes pass
}

// held is a time in which nothing passes.
type held struct {
	waits chan struct{} // holds one, when something has to wait
	over  chan struct{} // closed when bytes pass again
}

// NewWire opens a way to the server at url. It is cut with the test.
func NewWire(tb testing.TB, url string) *Wire {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("listen: %v", err)
	}
	w := &Wire{listener: l, to: strings.TrimPrefix(url, "nats://"), over: make(chan struct{})}
	w.work.Go(func() { w.accept(tb) })
	tb.Cleanup(w.Cut)
	return w
}

// URL returns where the way begins.
func (w *Wire) URL() string { return "nats://" + w.listener.Addr().String() }

// accept joins who comes to the server, for as long as there is a way. Who comes while
// the server is away is turned back.
func (w *Wire) accept(tb testing.TB) {
	tb.Helper()
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := new(net.Dialer).DialContext(tb.Context(), "tcp", w.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		w.join(near, far)
	}
}

func (w *Wire) join(near, far net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.over:
		closeAll(near, far)
		return
	default:
	}
	w.conns = append(w.conns, near, far)
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		w.work.Go(func() {
			_, _ = io.Copy(gated{pair[0], w}, pair[1])
			closeAll(near, far)
		})
	}
}

// Cut ends all connections, for good.
func (w *Wire) Cut() {
	_ = w.listener.Close()
	w.mu.Lock()
	select {
	case <-w.over:
	default:
		close(w.over)
	}
	closeAll(w.conns...)
	w.mu.Unlock()
	w.work.Wait()
}

func closeAll(conns ...net.Conn) {
	for _, c := range conns {
		_ = c.Close()
	}
}

// HoldUp lets nothing more through, until release is called. Waits receives when
// something has come that has to wait.
func (w *Wire) HoldUp() (waits <-chan struct{}, release func()) {
	h := &held{make(chan struct{}, 1), make(chan struct{})}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = h
	return h.waits, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.held = nil
		close(h.over)
	}
}

// gated is a connection whose writes wait while the wire is held up.
type gated struct {
	net.Conn
	wire *Wire
}

func (g gated) Write(b []byte) (int, error) {
	g.wire.mu.Lock()
	h := g.wire.held
	g.wire.mu.Unlock()
	if h == nil {
		return g.Conn.Write(b)
	}
	select {
	case h.waits <- struct{}{}:
	default:
	}
	select {
	case <-h.over:
		return g.Conn.Write(b)
	case <-g.wire.over:
		return 0, net.ErrClosed
	}
}
