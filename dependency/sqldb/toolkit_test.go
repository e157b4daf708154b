package sqldb_test

import (
	"context"
	"database/sql"

	"github.com/enoki-go/enoki/dependency/sqldb"
)

// What toolkits want of a database, as they declare it: a session, with or without
// migrations, is one to each.
type (
	// forSqlc is the DBTX that sqlc (1.31) generates for database/sql.
	forSqlc interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		PrepareContext(context.Context, string) (*sql.Stmt, error)
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}
	// forScany is sqlscan.Querier of scany (2.1).
	forScany interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	}
	// forBun is bun.IConn (1.3), which its queries take: db.NewSelect().Conn(session).
	forBun interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
)

var (
	_ forSqlc  = (*sqldb.Session)(nil)
	_ forSqlc  = (*sqldb.Migrated[first])(nil)
	_ forScany = (*sqldb.Migrated[first])(nil)
	_ forBun   = (*sqldb.Migrated[first])(nil)
)
