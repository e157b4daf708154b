package chat

import "sync"

// People knows the names of those who are connected to this instance.
type People struct {
	mu    sync.Mutex // guards names
	names map[seat]string
}

// seat is a socket in a room.
type seat struct{ socket, room string }

// NewPeople returns a list without names.
func NewPeople() *People { return &People{names: make(map[seat]string)} }

// enter gives the seat to a name, also if it had another.
func (p *People) enter(s seat, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.names[s] = name
}

func (p *People) at(s seat) (name string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name, ok = p.names[s]
	return name, ok
}

func (p *People) leave(s seat) (name string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name, ok = p.names[s]
	delete(p.names, s)
	return name, ok
}

// gone empties all seats of a socket and returns who sat there.
func (p *People) gone(socket string) map[seat]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := make(map[seat]string)
	for s, name := range p.names {
		if s.socket == socket {
			left[s] = name
			delete(p.names, s)
		}
	}
	return left
}
