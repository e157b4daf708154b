package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	modernc "modernc.org/sqlite"
)

// errUndone is what is left to statements and the commit. Without it they would be
// transactions of their own, which stay whatever becomes of the call.
var errUndone = errors.New("SQLite undid the transaction when a statement before failed " +
	"(one that writes and was interrupted by the end of its context, or OR ROLLBACK); want the method to return that error")

// file connects to a file of SQLite.
type file struct {
	driver.Connector
	wait time.Duration // for other processes that connect
}

// Connect tries again where others turn a new file into one with a log: SQLite does
// not wait for them by itself.
func (f file) Connect(ctx context.Context) (driver.Conn, error) {
	for began := time.Now(); ; {
		conn, err := f.Connector.Connect(ctx)
		switch {
		case err == nil:
			return watched(conn)
		case !collided(err), time.Since(began) > f.wait, !sleep(ctx, connectEvery):
			return nil, err
		}
	}
}

// connectEvery is the pause between tries to open a file.
const connectEvery = 5 * time.Millisecond

// fileConn is a connection that knows whether SQLite undid its transaction by itself.
// database/sql would go on with it as if nothing had happened.
type fileConn struct {
	moderncConn
	open   bool        // a transaction of database/sql, under its lock of the connection
	undone atomic.Bool // though it is open
}

// moderncConn is what the driver's connections do, as database/sql asks for it.
type moderncConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	modernc.HookRegisterer
}

func watched(conn driver.Conn) (driver.Conn, error) {
	inner, ok := conn.(moderncConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("have a connection %T without hooks", conn), conn.Close())
	}
	c := &fileConn{moderncConn: inner}
	inner.RegisterRollbackHook(func() {
		if c.open {
			c.undone.Store(true)
		}
	})
	// A statement that was prepared before does not come by ExecContext.
	inner.RegisterCommitHook(func() int32 {
		if c.undone.Load() {
			return 1
		}
		return 0
	})
	return c, nil
}

func (c *fileConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := c.moderncConn.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	c.open = true
	return fileTx{tx, c}, nil
}

func (c *fileConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.undone.Load() {
		return nil, errUndone
	}
	return c.moderncConn.ExecContext(ctx, query, args)
}

func (c *fileConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if c.undone.Load() {
		return nil, errUndone
	}
	return c.moderncConn.QueryContext(ctx, query, args)
}

// end returns whether SQLite ended the transaction before.
func (c *fileConn) end() (undone bool) {
	c.open = false
	return c.undone.Swap(false)
}

// fileTx is the transaction of a fileConn.
type fileTx struct {
	driver.Tx
	conn *fileConn
}

func (t fileTx) Commit() error {
	if t.conn.end() {
		return errUndone
	}
	return t.Tx.Commit()
}

func (t fileTx) Rollback() error {
	if t.conn.end() {
		return nil
	}
	return t.Tx.Rollback()
}
