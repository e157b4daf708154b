//go:build linux

package scenarios_test

import (
	"io"
	"net"
	"sync"
	"testing"

	"github.com/enoki-go/enoki/internal/freeport"
)

// A door is where processes find a server: nobody answers there while it is shut. So what
// a server is away for does not depend on whether it can be stopped.
type door struct {
	t      *testing.T
	addr   string // of the door
	server string // what is behind it

	mu     sync.Mutex // guards what follows
	lock   net.Listener
	inside map[net.Conn]bool // both sides of each connection
	total  int               // connections so far
	guests sync.WaitGroup
}

// newDoor returns a door that is shut.
func newDoor(t *testing.T, server string) *door {
	t.Helper()
	d := &door{t: t, addr: freeport.Addr(t), server: server, inside: make(map[net.Conn]bool)}
	t.Cleanup(d.shut)
	return d
}

// open lets connections in.
func (d *door) open() {
	d.t.Helper()
	l, err := net.Listen("tcp", d.addr)
	if err != nil {
		d.t.Fatal(err)
	}
	d.mu.Lock()
	d.lock = l
	d.mu.Unlock()
	d.guests.Go(func() { // ends with the listener; shut waits
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			d.guests.Go(func() { d.lead(l, c) })
		}
	})
}

// shut cuts all connections, and lets none in.
func (d *door) shut() {
	d.mu.Lock()
	if d.lock != nil {
		_ = d.lock.Close()
		d.lock = nil
	}
	for c := range d.inside {
		_ = c.Close()
	}
	d.mu.Unlock()
	d.guests.Wait()
}

// count says how many connections there are, and how many there have been.
func (d *door) count() (now, total int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.inside) / 2, d.total
}

func (d *door) empty() bool {
	now, _ := d.count()
	return now == 0
}

// lead passes on what both sides say, until one of them is gone.
func (d *door) lead(l net.Listener, guest net.Conn) {
	server, err := net.Dial("tcp", d.server)
	if err != nil {
		_ = guest.Close()
		return
	}
	if d.enter(l, guest, server) {
		d.guests.Go(func() { d.pass(guest, server) })
		d.pass(server, guest)
	}
	d.leave(guest, server)
}

func (*door) pass(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
}

// enter counts a connection, unless the door has been shut since.
func (d *door) enter(l net.Listener, both ...net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock != l {
		return false
	}
	d.total++
	for _, c := range both {
		d.inside[c] = true
	}
	return true
}

func (d *door) leave(both ...net.Conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range both {
		_ = c.Close()
		delete(d.inside, c)
	}
}
