package service

import (
	"context"
	"slices"
	"sync"
)

// slots limits how many calls run at once. Who waits is served in order.
type slots struct {
	limit int

	mu      sync.Mutex // guards what follows
	taken   int
	waiting []chan struct{} // each is closed when its owner was given a slot
}

func newSlots(limit int) *slots { return &slots{limit: limit} }

// try takes a slot unless none is free or somebody waits for one.
func (s *slots) try() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken >= s.limit {
		return false
	}
	s.taken++
	return true
}

// take waits for a slot, for as long as ctx lives.
func (s *slots) take(ctx context.Context) error {
	s.mu.Lock()
	if s.taken < s.limit {
		s.taken++
		s.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	s.waiting = append(s.waiting, turn)
	s.mu.Unlock()

	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		s.giveUp(turn)
		return context.Cause(ctx)
	}
}

// giveUp leaves the queue; a slot that was given in the same instant goes on to
// the next.
func (s *slots) giveUp(turn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.waiting, turn); i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
		return
	}
	s.release()
}

// give returns a slot.
func (s *slots) give() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
}

// release hands a slot to who waited longest. The caller holds mu.
func (s *slots) release() {
	if len(s.waiting) == 0 {
		s.taken--
		return
	}
	close(s.waiting[0])
	s.waiting = slices.Delete(s.waiting, 0, 1)
}

// inUse returns how many slots are taken.
func (s *slots) inUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// gate is what a call passes before it runs: the slots of its entrypoint, of its
// kind and of its service, narrowest first.
type gate []*slots

func (g gate) try() bool {
	for i, s := range g {
		if !s.try() {
			g[:i].give()
			return false
		}
	}
	return true
}

func (g gate) take(ctx context.Context) error {
	for i, s := range g {
		if err := s.take(ctx); err != nil {
			g[:i].give()
			return err
		}
	}
	return nil
}

func (g gate) give() {
	for _, s := range slices.Backward(g) {
		s.give()
	}
}

// limit returns how many calls can be past the gate at once.
func (g gate) limit() int {
	least := g[0].limit
	for _, s := range g[1:] {
		least = min(least, s.limit)
	}
	return least
}
