package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/fault"
)

// release ends the transaction, if there is one, with the outcome of the call.
func (s *Session) release(_ context.Context, outcome error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, handled := s.tx, s.refused
	s.tx, s.refused = nil, ErrOver
	if handled != nil && !errors.Is(outcome, dependency.ErrHandled) {
		return handled
	}
	if tx == nil {
		return nil
	}
	defer s.begun.Store(false)
	defer s.cancel()
	late := s.call.Err() != nil
	if !s.detach() || late {
		return s.abandon(tx, outcome)
	}
	if outcome != nil {
		return s.rollback(tx)
	}
	return s.commit(tx)
}

// abandon rolls back what came too late, which is the outcome of a call that
// succeeded.
func (s *Session) abandon(tx *sql.Tx, outcome error) error {
	err := s.rollback(tx)
	if outcome == nil {
		err = errors.Join(fmt.Errorf("commit on database %s: %w", s.lender.database.name, context.Cause(s.call)), err)
	}
	return err
}

// endLimit bounds the end of a transaction, which the end of the call no longer
// interrupts: an interrupted commit may have been done.
const endLimit = 5 * time.Second

// rollback may have been done by database/sql, because the call's context ended,
// or by the database, because the connection did.
func (s *Session) rollback(tx *sql.Tx) error {
	d := s.lender.database
	d.rolledBack.Add(1)
	limit := time.AfterFunc(endLimit, s.cancel)
	err := ended(tx.Rollback())
	if inTime := limit.Stop(); err != nil && inTime && s.call.Err() == nil && !lost(err) {
		return fmt.Errorf("roll back on database %s: %w", d.name, err)
	}
	return nil
}

// ended returns the error of a rollback, nil where the transaction was over.
func ended(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func (s *Session) commit(tx *sql.Tx) error {
	d := s.lender.database
	limit := time.AfterFunc(endLimit, s.cancel)
	err := tx.Commit()
	limit.Stop()
	if err != nil {
		d.rolledBack.Add(1)
		return fmt.Errorf("commit on database %s: %w", d.name, s.partly(s.uncommitted(err)))
	}
	d.committed.Add(1)
	if !s.unit {
		dependency.Keep(s.call, committedKey{}, true)
	}
	if s.posted {
		d.notify()
	}
	return nil
}

// uncommitted says what the error of a commit means.
func (s *Session) uncommitted(err error) error {
	d := s.lender.database
	switch {
	case errors.Is(err, sql.ErrTxDone):
		return fmt.Errorf("%w; the method ended the transaction itself, want it left to the session", err)
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return fmt.Errorf("%w: a statement failed before, and the method returned no error", err)
	case errors.Is(err, errUndone):
		return err
	case s.broken.Load(), undone(err):
		return d.explain(err)
	default:
		return fault.Newf(fault.Timeout, "database %s: no answer to the commit; whether it was done is not known", d.name).
			Because(fmt.Errorf("%w: %w", errUnknown, err))
	}
}

// committedKey is under which a call notes that one of its sessions has committed.
type committedKey struct{}

// partly keeps a call from being done again as a whole where another database has
// committed its part.
func (s *Session) partly(err error) error {
	if s.unit || dependency.Kept(s.call, committedKey{}) == nil || errors.Is(err, errUnknown) {
		return err
	}
	return fault.Newf(fault.Internal, "database %s: the transaction was undone, but another database of this call has committed", s.lender.database.name).
		Because(fmt.Errorf("%w: %w", errPartly, err))
}
