package rpc

import (
	"fmt"
	"time"

	"github.com/enoki-go/enoki/broker"
)

const defaultTimeout = 30 * time.Second

// settings is the configuration section rpc.
type settings struct {
	Timeout time.Duration // of calls whose caller says nothing else; 30 s
	source  string        // what sets Timeout, for messages
}

// connect returns what calls are made and served with.
func connect(h broker.Host) (*broker.Conn, settings, error) {
	conn, err := broker.Open(h)
	if err != nil {
		return nil, settings{}, err
	}
	s, err := readSettings(h)
	return conn, s, err
}

func readSettings(h broker.Host) (settings, error) {
	s := settings{Timeout: defaultTimeout, source: "configuration key rpc.timeout"}
	if err := h.Config("rpc", &s); err != nil {
		return s, err
	}
	return s, s.check()
}

func (s settings) check() error {
	if s.Timeout <= 0 {
		return fmt.Errorf("%s: have %v, want more than 0s", s.source, s.Timeout)
	}
	return nil
}
