package clock

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Manual is a time that stands still until a test advances it:
//
//	hand := clock.NewManual(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
//	orders := &Orders{Clock: hand.Clock()}
//	hand.Advance(time.Hour)
//
// It is safe for concurrent use.
type Manual struct {
	mu      sync.Mutex // guards what follows
	time    time.Time
	waiters []waiter
	changed chan struct{} // closed, and replaced, when the waiters change
}

// waiter is who waits for a time.
type waiter struct {
	at time.Time
	c  chan time.Time // holds one value, so that nobody waits for the reader
}

// NewManual returns a time that stands still at now.
func NewManual(now time.Time) *Manual {
	return &Manual{time: now, changed: make(chan struct{})}
}

// Clock returns a clock with this time.
func (m *Manual) Clock() Clock { return Clock{m} }

// Advance lets d pass, and wakes in order those who have waited for a time up to then.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.time = m.time.Add(d)
	m.wake()
}

// AwaitWaiters returns nil once n goroutines or more wait for a time, or why ctx has
// ended before: a test that advances the time before anybody waits advances it in vain.
func (m *Manual) AwaitWaiters(ctx context.Context, n int) error {
	for {
		have, changed := m.waiting()
		if have >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (m *Manual) waiting() (n int, changed <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiters), m.changed
}

func (m *Manual) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.time
}

func (m *Manual) after(d time.Duration) <-chan time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := waiter{m.time.Add(d), make(chan time.Time, 1)}
	m.waiters = append(m.waiters, w)
	slices.SortStableFunc(m.waiters, func(a, b waiter) int { return a.at.Compare(b.at) })
	m.wake()
	return w.c
}

// forget drops a waiter that has gone.
func (m *Manual) forget(c <-chan time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiters = slices.DeleteFunc(m.waiters, func(w waiter) bool { return w.c == c })
	m.tell()
}

// wake sends the time to those whose time has come. The caller holds mu.
func (m *Manual) wake() {
	due := 0
	for ; due < len(m.waiters) && !m.waiters[due].at.After(m.time); due++ {
		m.waiters[due].c <- m.time
	}
	m.waiters = slices.Delete(m.waiters, 0, due)
	m.tell()
}

// tell wakes AwaitWaiters. The caller holds mu.
func (m *Manual) tell() {
	close(m.changed)
	m.changed = make(chan struct{})
}
