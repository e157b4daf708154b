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
)

// Session is the transaction of one call on one database. It begins with the
// first statement, and ends before the call is answered: it is committed where
// the method returns no error, and rolled back where it returns one or panics.
// Fields of one service for one database share it within a call.
//
// It has the methods of *sql.DB and *sql.Tx that run statements, so that whatever
// takes an interface of these (sqlc, scany, a repository) takes a Session. It is
// safe for concurrent use within its call.
//
// A Session that could not begin returns a fault.Unavailable where the database
// cannot be reached; the next statement tries again.
type Session struct {
	lender *provider
	call   context.Context // as long as the transaction may last

	mu      sync.Mutex // guards what follows
	tx      *sql.Tx    // nil until it has begun
	cancel  context.CancelFunc
	detach  func() bool // keeps the end of the call from ending the transaction
	refused error       // why there will be no transaction
	posted  bool        // a letter was put into the outbox
}

// ErrOver is returned by a Session whose call has ended.
var ErrOver = errors.New("the call of this session has ended")

// ExecContext runs a statement that returns no rows. Placeholders are those of
// the database: $1 in PostgreSQL, ? in SQLite.
func (s *Session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	tx, err := s.Tx(ctx)
	if err != nil {
		return nil, err
	}
	return tx.ExecContext(ctx, query, args...)
}

// QueryContext runs a statement that returns rows, which the caller closes.
func (s *Session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	tx, err := s.Tx(ctx)
	if err != nil {
		return nil, err
	}
	return tx.QueryContext(ctx, query, args...)
}

// QueryRowContext runs a statement that returns at most one row; Scan has its
// error.
func (s *Session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	tx, err := s.Tx(ctx)
	if err != nil {
		return failedRow(err)
	}
	return tx.QueryRowContext(ctx, query, args...)
}

// PrepareContext prepares a statement, which is closed with the transaction.
func (s *Session) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	tx, err := s.Tx(ctx)
	if err != nil {
		return nil, err
	}
	return tx.PrepareContext(ctx, query)
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
