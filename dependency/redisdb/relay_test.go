package redisdb_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/enoki-go/enoki/dependency/redisdb/redistest"
)

// mode is how a relay treats those who connect.
type mode int

const (
	forwarding mode = iota
	refusing        // nobody listens, and who was connected is cut off
	silent          // it accepts, and says nothing
)

// relay is a way to Redis that can be cut.
type relay struct {
	t               *testing.T
	address, target string
	all             sync.WaitGroup

	mu    sync.Mutex // guards what follows
	mode  mode
	door  net.Listener // nil while it refuses
	conns map[net.Conn]bool
}

// relayTo returns a relay to an address, which ends with the test.
func relayTo(t *testing.T, target string) *relay {
	t.Helper()
	r := &relay{t: t, address: "127.0.0.1:0", target: target, conns: map[net.Conn]bool{}, mode: refusing}
	r.set(forwarding)
	t.Cleanup(func() { r.set(refusing); r.all.Wait() })
	return r
}

// relayed returns the URL of a database of the test's own through r.
func relayed(t *testing.T, r *relay) string {
	t.Helper()
	url := redistest.URL(t)
	address, number, _ := strings.Cut(strings.TrimPrefix(url, "redis://"), "/")
	r.mu.Lock()
	defer r.mu.Unlock()
	r.target = address
	return "redis://" + r.address + "/" + number
}

func (r *relay) set(m mode) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mode = m
	switch {
	case m == refusing && r.door != nil:
		_ = r.door.Close()
		r.door = nil
		for c := range r.conns {
			_ = c.Close()
		}
	case m != refusing && r.door == nil:
		door, err := new(net.ListenConfig).Listen(context.Background(), "tcp", r.address)
		if err != nil {
			r.t.Errorf("open the relay: %v", err)
			return
		}
		r.door, r.address = door, door.Addr().String()
		r.all.Go(func() { r.accept(door) })
	}
}

// open returns how many are connected.
func (r *relay) open() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.conns)
}

func (r *relay) accept(door net.Listener) {
	for {
		c, err := door.Accept()
		if err != nil {
			return
		}
		r.all.Go(func() { r.serve(c) })
	}
}

func (r *relay) serve(c net.Conn) {
	defer r.keep(c)()
	r.mu.Lock()
	m, target := r.mode, r.target
	r.mu.Unlock()
	if m == silent {
		_, _ = io.Copy(io.Discard, c)
		return
	}
	s, err := new(net.Dialer).DialContext(context.Background(), "tcp", target)
	if err != nil {
		return
	}
	defer func() { _ = s.Close() }()
	r.all.Go(func() { r.pump(c, s); _ = c.Close() })
	r.pump(s, c)
}

// keep has c cut off when the relay refuses; the returned function closes it.
func (r *relay) keep(c net.Conn) (done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mode == refusing {
		_ = c.Close()
	}
	r.conns[c] = true
	return func() {
		_ = c.Close()
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.conns, c)
	}
}

// pump forwards what comes; what comes while the relay is silent is lost.
func (r *relay) pump(to, from net.Conn) {
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		r.mu.Lock()
		lost := r.mode == silent
		r.mu.Unlock()
		if lost {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
