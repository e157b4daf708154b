package rpc

import (
	"fmt"
	"time"
)

const defaultTimeout = 30 * time.Second

// settings is the configuration section rpc.
type settings struct {
	Timeout time.Duration // of calls whose caller says nothing else; 30 s
	source  string        // what sets Timeout, for messages
}

// configured is the part of a container that has settings.
type configured interface {
	Config(section string, into any) error
}

func readSettings(h configured) (settings, error) {
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
