package rpc

import (
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/dependency"
)

const (
	// defaultTimeout is also what a call has whose message says nothing: part of
	// the protocol.
	defaultTimeout = 30 * time.Second
	defaultWaiting = 10_000
)

// settings is the configuration section rpc.
type settings struct {
	Timeout time.Duration // of calls whose caller says nothing else; 30 s
	Waiting int           // calls of one method that may wait for a worker in this process; 10 000
	source  string        // what sets Timeout, for messages
}

// link is what the calls of one service are made and served with.
type link struct {
	conn     *broker.Conn
	settings settings
}

type linkKey struct{ service string }

// host is what both kinds of plugins see of a container.
type host interface {
	broker.Host
	Service() string
}

// connect returns the link of the service that h hosts.
func connect(h host) (*link, error) {
	return dependency.Shared(h, linkKey{h.Service()}, func() (*link, error) {
		conn, err := broker.Open(h)
		if err != nil {
			return nil, err
		}
		s, err := readSettings(h)
		return &link{conn, s}, err
	})
}

func readSettings(h broker.Host) (settings, error) {
	s := defaults("configuration key rpc.timeout")
	if err := h.Config("rpc", &s); err != nil {
		return s, err
	}
	return s, s.check()
}

func defaults(source string) settings {
	return settings{Timeout: defaultTimeout, Waiting: defaultWaiting, source: source}
}

func (s settings) check() error {
	if s.Waiting < 1 {
		return fmt.Errorf("configuration key rpc.waiting: have %d, want at least 1", s.Waiting)
	}
	if s.Timeout <= 0 {
		return fmt.Errorf("%s: have %v, want more than 0s", s.source, s.Timeout)
	}
	return nil
}
