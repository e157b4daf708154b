package service

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/enoki-go/enoki/config"
)

// settings are what the configuration says about how a service is run. Each is
// a key at the top of the file, for all services, and may stand below
// services.<name> for one.
type settings struct {
	workers int            // calls at once; 10
	limits  map[string]int // calls at once by kind of entrypoint; none
	drain   time.Duration  // how long running calls may take at stop; 30 s
}

const (
	defaultWorkers = 10
	defaultDrain   = 30 * time.Second
	closeLimit     = 5 * time.Second // for closing what calls no longer need

	killedCloseLimit = 250 * time.Millisecond // the same after Kill
)

func defaultSettings() settings {
	return settings{workers: defaultWorkers, drain: defaultDrain}
}

// read returns s with what the keys below prefix say, which is empty or ends in
// a dot.
func (s settings) read(cfg *config.Config, prefix string) (settings, error) {
	err := errors.Join(
		cfg.Section(prefix+"workers", &s.workers),
		cfg.Section(prefix+"limits", &s.limits),
		cfg.Section(prefix+"drain", &s.drain),
	)
	if err != nil {
		return s, err
	}
	return s, s.check(prefix)
}

func (s settings) check(prefix string) error {
	var errs []error
	if s.workers < 1 {
		errs = append(errs, fmt.Errorf("configuration key %sworkers: have %d, want at least 1", prefix, s.workers))
	}
	for _, kind := range slices.Sorted(maps.Keys(s.limits)) {
		if limit := s.limits[kind]; limit < 1 {
			errs = append(errs, fmt.Errorf("configuration key %slimits.%s: have %d, want at least 1", prefix, kind, limit))
		}
	}
	if s.drain < 0 {
		errs = append(errs, fmt.Errorf("configuration key %sdrain: have %v, want 0s or more", prefix, s.drain))
	}
	return errors.Join(errs...)
}
