package web

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/web/internal/sock"
)

// sockets are those of one process, whatever their path and service.
type sockets struct {
	settings  socketSettings
	registry  *sock.Registry
	instance  string // begins their ids
	endpoints map[string]*endpoint

	mu   sync.Mutex // guards open
	open int
}

type socketsKey struct{}

// socketHost is what socketsOf needs of a container.
type socketHost interface {
	Host
	Instance() string
}

// socketsOf returns the sockets of the process that h belongs to. It opens no port:
// who only sends to sockets needs none.
func socketsOf(h socketHost) (*sockets, error) {
	return dependency.Shared(h, socketsKey{}, func() (*sockets, error) {
		set, err := readSocketSettings(h)
		if err != nil {
			return nil, err
		}
		return &sockets{
			settings: set, registry: sock.NewRegistry(), instance: h.Instance(), endpoints: make(map[string]*endpoint),
		}, nil
	})
}

// newID returns the id of a socket, which says where it is connected.
func (s *sockets) newID() string { return s.instance + "." + strings.ToLower(rand.Text()) }

// enter counts a socket; false means that there are as many as there may be.
func (s *sockets) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= s.settings.Max {
		return false
	}
	s.open++
	return true
}

// leave undoes enter.
func (s *sockets) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
}

// Stop closes the sockets that are left, whose requests were cut off. The container
// calls it when no method runs any more.
func (s *sockets) Stop(ctx context.Context) error {
	for _, p := range s.endpoints {
		p.abort(ctx)
	}
	return nil
}
