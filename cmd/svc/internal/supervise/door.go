package supervise

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/enoki-go/enoki/internal/handover"
)

// A door is a listener that outlives the processes that use it.
type door struct {
	listener *net.TCPListener
	users    []*child
}

// An ask is what a child has said.
type ask struct {
	c       *child
	request handover.Request
}

// hear hands on what a child says, until it ends.
func (r *running) hear(c *child) {
	for {
		request, err := c.line.Next()
		if err != nil {
			return
		}
		select {
		case r.asks <- ask{c, request}:
		case <-r.done:
			return
		}
	}
}

func (r *running) answer(a ask) {
	if a.request.Started {
		r.arrived(a.c)
		return
	}
	d, err := r.door(a.c, a.request.Address)
	if err != nil {
		_ = a.c.line.Refuse(err) // it has ended
		return
	}
	if a.c.line.Give(d.listener) == nil && !slices.Contains(d.users, a.c) {
		d.users = append(d.users, a.c)
	}
}

// door returns the listener at an address, unless a process at another place uses it and
// will go on to.
func (r *running) door(c *child, address string) (*door, error) {
	place := address
	if strings.HasSuffix(address, ":0") {
		place += " " + c.key() // any port, but the same one for who comes after
	}
	if d := r.doors[place]; d != nil {
		if slices.ContainsFunc(d.users, func(other *child) bool { return r.stays(other) && other.key() != c.key() }) {
			return nil, fmt.Errorf("listen at %s: %w", address, syscall.EADDRINUSE)
		}
		return d, nil
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	d := &door{listener: l.(*net.TCPListener)}
	r.doors[place] = d
	return d, nil
}

func (r *running) stays(c *child) bool {
	_, wanted := r.wanted[c.key()]
	return wanted && !c.retired
}

// leave closes the doors that nobody uses after a child has ended.
func (r *running) leave(c *child) {
	for place, d := range r.doors {
		d.users = slices.DeleteFunc(d.users, func(other *child) bool { return other == c })
		if len(d.users) == 0 {
			_ = d.listener.Close()
			delete(r.doors, place)
		}
	}
}

// shut closes the doors once svc itself is to end: whoever knocks then is turned away at
// once, rather than left to wait for a process that will not come. One that is starting
// may still ask for its door.
func (r *running) shut() {
	if slices.ContainsFunc(r.children, func(c *child) bool { return !c.started }) {
		return
	}
	for place, d := range r.doors {
		_ = d.listener.Close()
		delete(r.doors, place)
	}
}
