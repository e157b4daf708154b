package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
)

// begin makes the transaction last as long as the call, though ctx, which bounds
// beginning it, may end before. The caller holds mu.
func (s *Session) begin(ctx context.Context) (*sql.Tx, error) {
	if err := s.free(ctx); err != nil {
		return nil, err
	}
	life, cancel := context.WithCancelCause(context.WithoutCancel(s.call))
	detach := context.AfterFunc(s.call, func() { cancel(context.Cause(s.call)) })
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	tx, err := s.open(ctx, life, cancel)
	if !stop() && err == nil {
		err = s.lender.database.unbegun(context.Cause(ctx))
	}
	if err != nil {
		detach()
		cancel(nil) // rolls back
		s.refuse(err)
		return nil, err
	}
	s.tx, s.detach, s.cancel = tx, detach, func() { cancel(nil) }
	s.begun.Store(true)
	return tx, nil
}

// free refuses at once what would wait for itself: with SQLite there is one
// connection, and another transaction of the same call may have it.
func (s *Session) free(ctx context.Context) error {
	d := s.lender.database
	if !d.dialect.single {
		return nil
	}
	for _, other := range []*Session{sessionOf(s.call, d), unitOf(s.call, d), unitOf(ctx, d)} {
		if other != nil && other != s && other.begun.Load() {
			return fmt.Errorf("database %s: another transaction of this call has the one connection that SQLite has; want the statement in that one, or after its end", d.name)
		}
	}
	return nil
}

// sessionOf returns the session of the call that ctx belongs to, nil where there
// is none.
func sessionOf(ctx context.Context, d *database) *Session {
	s, _ := dependency.Kept(ctx, d).(*Session)
	return s
}

// open begins a transaction that lasts no longer than life, which cancel ends, and
// enters the event of the call into the inbox.
func (s *Session) open(ctx, life context.Context, cancel context.CancelCauseFunc) (*sql.Tx, error) {
	d := s.lender.database
	event, handles := s.event()
	if err := s.prepare(ctx, handles); err != nil {
		return nil, err
	}
	tx, err := d.begin(life, cancel)
	if err != nil || !handles {
		return tx, err
	}
	if err := d.enter(ctx, tx, event); err != nil {
		return nil, errors.Join(err, ended(tx.Rollback()))
	}
	return tx, nil
}

// event returns the event that the transaction is the effect of. A unit of work is
// none of an event's: it may be committed where the call fails.
func (s *Session) event() (dependency.InboxEntry, bool) {
	e, handles := dependency.InboxOf(s.call)
	return e, handles && !s.unit && e.Database == s.lender.database.name
}

// prepare makes the tables that the transaction may need, before it: what is made
// in it would be gone with it.
func (s *Session) prepare(ctx context.Context, handles bool) error {
	d := s.lender.database
	if !s.unit && s.lender.place.Used() {
		if err := d.ensure(ctx, &d.outbox); err != nil {
			return err
		}
	}
	if handles {
		return d.ensure(ctx, &d.inbox)
	}
	return nil
}

// refuse keeps why there will be no transaction. Where the database cannot be
// reached there may be one at the next try. The caller holds mu.
func (s *Session) refuse(err error) {
	if errors.Is(err, dependency.ErrHandled) {
		s.refused = err
		dependency.SetHandled(s.call)
	}
}

// errHandled is dependency.ErrHandled with a code, so that the call does not look
// like one that went wrong.
var errHandled = fault.New(fault.Conflict, dependency.ErrHandled.Error()).Because(dependency.ErrHandled)

// begin begins a transaction that lasts no longer than life, which cancel ends,
// within MaxWait.
func (d *database) begin(life context.Context, cancel context.CancelCauseFunc) (*sql.Tx, error) {
	limit := time.AfterFunc(d.settings.MaxWait, func() { cancel(errWaited) })
	if err := d.migrated(life); err != nil {
		limit.Stop()
		return nil, err
	}
	tx, err := d.pool.BeginTx(life, nil)
	for n := 0; n < d.settings.MaxOpen && stale(err) && life.Err() == nil; n++ {
		tx, err = d.pool.BeginTx(life, nil)
	}
	switch inTime := limit.Stop(); {
	case err == nil && inTime:
		return tx, nil
	case err == nil:
		_ = tx.Rollback() // what cancel does a moment later
		return nil, d.late()
	case collided(err):
		return nil, d.locked(err)
	case life.Err() != nil:
		return nil, d.stopped(life)
	default:
		return nil, d.unavailable(err)
	}
}
