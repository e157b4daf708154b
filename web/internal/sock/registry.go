package sock

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/enoki-go/enoki/fault"
)

// Limits of what a client can have subscribed.
const (
	MaxChannel  = 128  // bytes of a name
	MaxChannels = 1000 // of a socket
)

// ErrUnknown is returned for the id of no socket that is connected.
var ErrUnknown = fault.Declare("svc.unknown_socket", fault.NotFound, "no such socket is connected")

// Member is a socket as the registry sees it.
type Member interface {
	// Send queues a frame; it must neither wait nor use the registry.
	Send(frame []byte) error
}

// Channel is what sockets subscribe: a name within a scope.
type Channel struct{ Scope, Name string }

// Check refuses a name that no channel has.
func (c Channel) Check() error {
	if len(c.Name) == 0 || len(c.Name) > MaxChannel {
		return fault.Newf(fault.Invalid, "channel: have a name of %d bytes, want 1 to %d", len(c.Name), MaxChannel)
	}
	return nil
}

// Registry knows the sockets of one process and what they have subscribed. It is
// safe for concurrent use.
type Registry struct {
	mu       sync.RWMutex // guards what follows
	members  map[string]*entry
	channels map[Channel]map[*entry]struct{}
}

type entry struct {
	member   Member
	channels map[Channel]struct{} // nil for none
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry {
	return &Registry{members: make(map[string]*entry), channels: make(map[Channel]map[*entry]struct{})}
}

// Add enters a socket.
func (r *Registry) Add(id string, m Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[id] = &entry{member: m}
}

// Remove forgets a socket with its subscriptions.
func (r *Registry) Remove(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.members[id]
	if e == nil {
		return
	}
	delete(r.members, id)
	for c := range e.channels {
		r.leave(c, e)
	}
}

// leave takes a socket out of a channel. The caller holds mu.
func (r *Registry) leave(c Channel, e *entry) {
	delete(r.channels[c], e)
	if len(r.channels[c]) == 0 {
		delete(r.channels, c)
	}
}

// Subscribe enters a socket into a channel; again, it does nothing.
func (r *Registry) Subscribe(id string, c Channel) error {
	if err := c.Check(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.members[id]
	if e == nil {
		return ErrUnknown
	}
	if _, has := e.channels[c]; !has && len(e.channels) >= MaxChannels {
		return fault.New(fault.Exhausted, fmt.Sprintf("socket has subscribed %d channels, want at most %d", len(e.channels), MaxChannels))
	}
	if e.channels == nil {
		e.channels = make(map[Channel]struct{}, 1)
	}
	e.channels[c] = struct{}{}
	if r.channels[c] == nil {
		r.channels[c] = make(map[*entry]struct{}, 1)
	}
	r.channels[c][e] = struct{}{}
	return nil
}

// Unsubscribe takes a socket out of a channel; one that it is not in is no error.
func (r *Registry) Unsubscribe(id string, c Channel) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.members[id]
	if e == nil {
		return ErrUnknown
	}
	delete(e.channels, c)
	r.leave(c, e)
	return nil
}

// Subscriptions returns the names of the channels of a scope that a socket has
// subscribed, in order; none where it is unknown.
func (r *Registry) Subscriptions(id, scope string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	e := r.members[id]
	if e == nil {
		return nil
	}
	var names []string
	for c := range maps.Keys(e.channels) {
		if c.Scope == scope {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Broadcast sends a frame to every socket of a channel, and returns how many have
// taken it.
func (r *Registry) Broadcast(c Channel, frame []byte) (sent int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for e := range r.channels[c] {
		if e.member.Send(frame) == nil {
			sent++
		}
	}
	return sent
}

// Send sends a frame to one socket. False means that it is not connected.
func (r *Registry) Send(id string, frame []byte) bool {
	r.mu.RLock()
	e := r.members[id]
	r.mu.RUnlock()
	return e != nil && e.member.Send(frame) == nil
}
