package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/enoki-go/enoki/dependency"
)

// shared holds the values that a process has one of, in the order in which they
// were finished: one that was built for another comes before it.
type shared struct {
	values map[any]any
	failed map[any]error // why there is no value
	order  []any         // values
	begun  int           // values whose Start was called
	sealed bool          // no more values: New has returned
}

func newShared() shared {
	return shared{values: make(map[any]any), failed: make(map[any]error)}
}

func (s *shared) get(key any, build func() (any, error)) (any, error) {
	if v, ok := s.values[key]; ok {
		return v, nil
	}
	if s.sealed {
		return nil, fmt.Errorf("shared value %T: have a first use after the start, want it in Declare or Provide", key)
	}
	if err := s.failed[key]; err != nil {
		return nil, fmt.Errorf("%w: %w", errReported, err)
	}
	v, err := build()
	if dependency.Absent(err) {
		return nil, err
	}
	if err != nil {
		s.failed[key] = err
		return nil, err
	}
	s.values[key] = v
	s.order = append(s.order, v)
	return v, nil
}

func (s *shared) start(ctx context.Context) error {
	for _, v := range s.order {
		s.begun++
		if starter, ok := v.(interface{ Start(context.Context) error }); ok {
			if err := guarded(func() error { return starter.Start(ctx) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// ready says that all services have started.
func (s *shared) ready() {
	for _, v := range s.order {
		if r, ok := v.(interface{ Ready() }); ok {
			r.Ready()
		}
	}
}

// leave says that all services are about to stop, to those that take in work for them.
func (s *shared) leave(ctx context.Context) {
	for _, v := range slices.Backward(s.order[:s.begun]) {
		if l, ok := v.(interface{ Leave(context.Context) }); ok {
			_ = guarded(func() error { l.Leave(ctx); return nil }) // stopping goes on without it
		}
	}
}

func (s *shared) stop(ctx context.Context) error {
	var errs []error
	for _, v := range slices.Backward(s.order[:s.begun]) {
		if stopper, ok := v.(interface{ Stop(context.Context) error }); ok {
			errs = append(errs, guarded(func() error { return stopper.Stop(ctx) }))
		}
	}
	s.begun = 0
	return errors.Join(errs...)
}
