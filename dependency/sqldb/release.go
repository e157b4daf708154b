package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/enoki-go/enoki/dependency"
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

// rollback may have been done by database/sql, because the call's context ended.
func (s *Session) rollback(tx *sql.Tx) error {
	if err := ended(tx.Rollback()); err != nil && s.call.Err() == nil {
		return fmt.Errorf("roll back on database %s: %w", s.lender.database.name, err)
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

// commitLimit bounds a commit, which the end of the call no longer interrupts: an
// interrupted one may have been done.
const commitLimit = 5 * time.Second

func (s *Session) commit(tx *sql.Tx) error {
	limit := time.AfterFunc(commitLimit, s.cancel)
	defer limit.Stop()
	err := tx.Commit()
	switch {
	case err == nil:
		if s.posted {
			s.lender.database.notify()
		}
		return nil
	case errors.Is(err, sql.ErrTxDone):
		err = fmt.Errorf("%w; the method ended the transaction itself, want it left to the session", err)
	case errors.Is(err, pgx.ErrTxCommitRollback):
		err = fmt.Errorf("%w: a statement failed before, and the method returned no error", err)
	}
	return fmt.Errorf("commit on database %s: %w", s.lender.database.name, err)
}
