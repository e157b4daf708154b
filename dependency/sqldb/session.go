// Package sqldb lends calls a transaction on an SQL database.
//
//	type Orders struct {
//		DB *sqldb.Session `db:"orders"`
//		…
//	}
//
// The database is PostgreSQL or SQLite; the configuration key databases.orders.url
// says which, see [Config]. A configuration without any databases gives every
// name an embedded one: a file that the log names.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
)

// Session is the transaction of one call on one database. It begins with the
// first statement, and ends before the call is answered: it is committed where
// the method returns no error, and rolled back where it returns one or panics.
// Fields of one service for one database share it within a call. That of a unit
// of work, see [Database], is the same with its function in the place of a call.
//
// It has the methods of *sql.DB and *sql.Tx that run statements, so that whatever
// takes an interface of these (sqlc, scany, a repository) takes a Session. It is
// safe for concurrent use within its call.
//
// Where the database cannot be reached, or is lost during a statement, or undoes
// the transaction because it met another one, the error is a fault.Unavailable:
// nothing was done, and the same call may succeed the next time. A Session that
// could not begin tries again with the next statement. Where a commit has no
// answer the outcome of the call is a fault.Timeout: it may have been done. Where one
// fails after another database of the call has committed, it is a fault.Internal: a
// part of the call is done.
//
// SQLite undoes the whole transaction when a statement that writes is interrupted by
// the end of its context. Statements after it, and the commit, are then errors.
type Session struct {
	lender *provider
	call   context.Context // as long as the transaction may last
	unit   bool            // of work: not the transaction of the call
	begun  atomic.Bool     // and has not ended
	broken atomic.Bool     // the connection is gone

	mu      sync.Mutex // guards what follows
	tx      *sql.Tx    // nil until it has begun
	cancel  context.CancelFunc
	detach  func() bool // keeps the end of the call from ending the transaction
	refused error       // why there will be no transaction
	posted  bool        // a letter was put into the outbox
}

// ErrOver is returned by a Session whose call, or unit of work, has ended.
var ErrOver = errors.New("the call of this session has ended")

// ExecContext runs a statement that returns no rows. Placeholders are those of
// the database: $1 in PostgreSQL, ? in SQLite.
func (s *Session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	tx, err := s.Tx(ctx)
	if err != nil {
		return nil, err
	}
	result, err := tx.ExecContext(ctx, query, args...)
	return result, s.explain(err)
}

// QueryContext runs a statement that returns rows, which the caller closes.
func (s *Session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	tx, err := s.Tx(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, query, args...)
	return rows, s.explain(err)
}

// QueryRowContext runs a statement that returns at most one row; Scan has its
// error.
func (s *Session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	tx, err := s.Tx(ctx)
	if err != nil {
		return failedRow(err)
	}
	row := tx.QueryRowContext(ctx, query, args...)
	if err := s.explain(row.Err()); err != nil {
		return failedRow(err)
	}
	return row
}

// PrepareContext prepares a statement, which is closed with the transaction.
func (s *Session) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	tx, err := s.Tx(ctx)
	if err != nil {
		return nil, err
	}
	statement, err := tx.PrepareContext(ctx, query)
	return statement, s.explain(err)
}

// explain notes that the connection is gone: then a commit that fails was not sent.
func (s *Session) explain(err error) error {
	if err != nil && lost(err) {
		s.broken.Store(true)
	}
	return s.lender.database.explain(err)
}

// Tx returns the transaction, for those who want one themselves, and begins it
// where that has not been done. ctx bounds beginning it. Only the session commits
// it and rolls it back: a call whose method did has an error as its outcome.
func (s *Session) Tx(ctx context.Context) (*sql.Tx, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tx != nil || s.refused != nil {
		return s.tx, s.refused
	}
	return s.begin(ctx)
}
