package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"

	"github.com/pressly/goose/v3/lock"
	modernc "modernc.org/sqlite"
)

// turnEvery is how often a process that waits for its turn asks for it. It asks rather
// than waits in a statement: CREATE INDEX CONCURRENTLY waits for all statements that
// are running, so that it and they would wait for each other.
const turnEvery = 200 * time.Millisecond

// turn lets one process at a time run migrations. It is over when the process is gone,
// however it went.
func (d *database) turn() lock.SessionLocker {
	if d.dialect.engine == sqliteDialect.engine {
		return &fileTurn{database: d}
	}
	return serverTurn{d}
}

// await asks until the answer is yes.
func (d *database) await(ctx context.Context, ask func() (bool, error)) error {
	tick := time.NewTicker(turnEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		if ok, err := ask(); ok || err != nil {
			return err
		}
		if n == 0 {
			d.logger.InfoContext(ctx, "another process migrates the database; waiting for it", "database", d.name)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// serverTurn is an advisory lock of PostgreSQL, one for each schema: "enok" in ASCII,
// and the schema.
type serverTurn struct{ database *database }

func (s serverTurn) SessionLock(ctx context.Context, conn *sql.Conn) error {
	return s.database.await(ctx, func() (ok bool, err error) {
		err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(x'656e6f6b'::int, hashtext(coalesce(current_schema(), '')))`).Scan(&ok)
		return ok, err
	})
}

func (serverTurn) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock(x'656e6f6b'::int, hashtext(coalesce(current_schema(), '')))`)
	return err
}

// fileTurn is a transaction on an empty database beside that of SQLite, which cannot be
// locked itself from one migration to the next.
type fileTurn struct {
	database *database
	pool     *sql.DB
	conn     *sql.Conn // has the transaction
}

// turnFile is what the name of the empty database ends in.
const turnFile = "-migration"

func (f *fileTurn) SessionLock(ctx context.Context, conn *sql.Conn) error {
	var path string
	if err := conn.QueryRowContext(ctx, `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path); err != nil {
		return err
	}
	connector, err := modernc.NewConnector((&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path + turnFile}).EscapedPath()}).String())
	if err != nil {
		return err
	}
	f.pool = sql.OpenDB(connector)
	if f.conn, err = f.pool.Conn(ctx); err != nil {
		return errors.Join(err, f.pool.Close())
	}
	err = f.database.await(ctx, func() (bool, error) {
		_, err := f.conn.ExecContext(ctx, "BEGIN EXCLUSIVE")
		if collided(err) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return errors.Join(err, f.SessionUnlock(ctx, conn))
	}
	return nil
}

func (f *fileTurn) SessionUnlock(context.Context, *sql.Conn) error {
	return errors.Join(f.conn.Close(), f.pool.Close())
}
