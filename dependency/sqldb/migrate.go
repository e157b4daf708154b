package sqldb

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/enoki-go/enoki/fault"
)

// migration brings a database up to date, as soon as it can be reached. It runs beside
// the calls, which wait for it: a call has not the time that a migration may need.
type migration struct {
	database *database
	up       func(ctx context.Context) error
	done     atomic.Bool
	wanted   chan struct{} // has a value where a call wants the next attempt now

	mu    sync.Mutex // guards what follows
	next  *attempt   // the one that runs or, in between, the one to come
	last  error      // of the attempt before
	stuck bool       // that others are in the way was logged
}

// attempt is one try. Its error is read when it is over.
type attempt struct {
	begun bool
	over  chan struct{}
	err   error
}

func newMigration(d *database, up func(ctx context.Context) error) *migration {
	return &migration{database: d, up: up, wanted: make(chan struct{}, 1), next: &attempt{over: make(chan struct{})}}
}

// Between attempts there is a pause, at first the short one, then up to the long one.
const (
	shortPause = 250 * time.Millisecond
	longPause  = 10 * time.Second
)

// run tries until it is done, or ctx ends.
func (m *migration) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for pause := shortPause; ; pause = min(2*pause, longPause) {
		select {
		case <-timer.C:
		case <-m.wanted:
		case <-ctx.Done():
			return
		}
		m.begin()
		err := m.up(ctx)
		if m.end(ctx, err); err == nil {
			return
		}
		timer.Reset(pause)
	}
}

func (m *migration) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next.begun = true
}

// end tells those who wait, and the log: not that a database cannot be reached, which
// has been said.
func (m *migration) end(ctx context.Context, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ctx.Err() == nil {
		m.tell(ctx, err)
	}
	over := m.next
	m.last, m.next, over.err = err, &attempt{over: make(chan struct{})}, err
	m.done.Store(err == nil)
	close(over.over)
}

// tell logs what is new in an error. The caller holds mu.
func (m *migration) tell(ctx context.Context, err error) {
	log := m.database.logger.With("database", m.database.name, "error", err)
	switch {
	case broken(err) && (m.last == nil || m.last.Error() != err.Error()):
		log.ErrorContext(ctx, "a migration fails; calls that need the database fail until it does not")
	case collided(err) && !broken(err) && !m.stuck:
		m.stuck = true
		log.WarnContext(ctx, "other transactions are in the way of the migrations; calls that need the database fail until they are not")
	}
}

// migrated returns once the migrations of the database have run, or why they have not.
// ctx bounds the wait.
func (d *database) migrated(ctx context.Context) error {
	m := d.migration
	if m == nil || m.done.Load() {
		return nil
	}
	next, err := m.join()
	if err != nil {
		return err
	}
	select {
	case <-next.over:
		return next.err
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), errWaited) {
			return fault.Newf(fault.Unavailable, "database %s is not available: its migrations take longer than a call waits (configuration key databases.%s.max_wait)", d.name, d.name)
		}
		return d.unbegun(context.Cause(ctx))
	}
}

// join returns the attempt to wait for, or why there is no sense in it. Where the
// database was away, it may be back.
func (m *migration) join() (*attempt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if broken(m.last) {
		return nil, m.last
	}
	if !m.next.begun {
		select {
		case m.wanted <- struct{}{}:
		default: // said before
		}
	}
	return m.next, nil
}

// brokenError is what a database that can be reached has against a migration.
type brokenError struct {
	what string // the file
	err  error
}

func (e *brokenError) Error() string { return e.what + ": " + e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }

// broken reports whether trying again at once is no use.
func broken(err error) bool {
	_, ok := errors.AsType[*brokenError](err)
	return ok
}

// unready returns nil where calls need not wait for migrations, else what may be said
// of that in public.
func (m *migration) unready(label string) error {
	if m == nil || m.done.Load() {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case broken(m.last):
		return fault.Newf(fault.Unavailable, "database %s is not available: its migrations fail", label)
	case m.last != nil && !collided(m.last):
		return fault.Newf(fault.Unavailable, "database %s is not available", label)
	default:
		return fault.Newf(fault.Unavailable, "database %s is not available: its migrations have not run", label)
	}
}
