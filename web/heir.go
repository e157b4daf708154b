package web

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/internal/handover"
)

// heir is what a server knows that shares its listener with the process before it and
// the one after it, as under svc run --reload. No connection is lost between them: it
// accepts none before its services have started, and closes none on which a request may
// be under way.
type heir struct {
	listener net.Listener
	left     atomic.Bool

	mu    sync.Mutex // guards conns
	conns map[net.Conn]http.ConnState
}

const (
	lingering = 500 * time.Millisecond // for which connections may be used once more
	settling  = time.Second            // for which a request may take to come in
	heirPulse = 5 * time.Millisecond
)

// inherit returns the listener of the supervisor, nil where there is none.
func (s *Server) inherit(address string) (net.Listener, error) {
	l, err := handover.Listen(address)
	if l != nil {
		s.heir = &heir{conns: make(map[net.Conn]http.ConnState)}
	}
	return l, err
}

// take keeps the listener until the services have started, and watches connections.
func (h *heir) take(l net.Listener, server *http.Server) {
	h.listener = l
	server.ConnState = h.watch
}

func (h *heir) watch(c net.Conn, state http.ConnState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(h.conns, c)
		return
	}
	h.conns[c] = state
}

// busy counts connections: all, and those with a request or without one yet.
func (h *heir) busy() (all, asking int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, state := range h.conns {
		if state == http.StateNew || state == http.StateActive {
			asking++
		}
	}
	return len(h.conns), asking
}

// leaving reports whether clients are to ask the next process from now on.
func (s *Server) leaving() bool { return s.heir != nil && s.heir.left.Load() }

// Leave lets the next process accept all new connections while the services here still
// answer what comes on the old ones, each once more. The container calls it before the
// services stop.
func (s *Server) Leave(ctx context.Context) {
	if s.heir == nil || s.http == nil {
		return
	}
	s.heir.left.Store(true)
	_ = s.heir.listener.Close() // this process's share of it
	await(ctx, lingering, func() bool {
		all, _ := s.heir.busy()
		return all <= s.active.running()
	})
	s.closeIdle()
	await(ctx, settling, func() bool {
		_, asking := s.heir.busy()
		return asking <= s.active.running()
	})
}

// closeIdle begins the shutdown without waiting for it, as Stop will.
func (s *Server) closeIdle() {
	over, end := context.WithCancel(context.Background())
	end()
	_ = s.http.Shutdown(over)
}

// await polls, since net/http tells nobody of connections that it has closed.
func await(ctx context.Context, limit time.Duration, done func() bool) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	pulse := time.NewTicker(heirPulse)
	defer pulse.Stop()
	for {
		// Only after the first pulse: a connection may just have been accepted.
		select {
		case <-pulse.C:
		case <-ctx.Done():
			return
		}
		if done() {
			return
		}
	}
}
