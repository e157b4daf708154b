package rpc

import (
	"fmt"
	"time"
)

// settings is the configuration section rpc.
type settings struct {
	Timeout time.Duration // of calls whose caller says nothing else; 30 s
}

// configured is the part of a container that has settings.
type configured interface {
	Config(section string, into any) error
}

func readSettings(h configured) (settings, error) {
	s := settings{Timeout: 30 * time.Second}
	if err := h.Config("rpc", &s); err != nil {
		return s, err
	}
	if s.Timeout <= 0 {
		return s, fmt.Errorf("configuration key rpc.timeout: have %v, want more than 0s", s.Timeout)
	}
	return s, nil
}
