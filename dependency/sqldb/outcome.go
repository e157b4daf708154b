package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/enoki-go/enoki/fault"
)

var (
	errLost    = errors.New("the connection was lost")
	errUnknown = errors.New("the outcome of the commit is not known")
	errPartly  = errors.New("a part of the call is done")
)

// lostCodes are what PostgreSQL says when it goes, is not yet there, or has no
// room for one more connection: FATAL, where the ERROR of a statement may quote
// them from another server.
var lostCodes = []string{"57P01", "57P02", "57P03", "53300"}

// lost reports whether an error means that there is no connection, so that all that
// was done in its transaction is undone, unless that was being committed.
func lost(err error) bool {
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return !refused(server) && (strings.HasPrefix(server.Code, "08") || slices.Contains(lostCodes, server.Code))
	}
	_, unreached := errors.AsType[*pgconn.ConnectError](err)
	return unreached || errors.Is(err, errLost) || gone(err)
}

// refused reports whether the server refused a statement and kept the connection.
func refused(e *pgconn.PgError) bool { return cmp.Or(e.SeverityUnlocalized, e.Severity) == "ERROR" }

// gone reports whether an error says no more than that there is no connection.
func gone(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, pgconn.ErrConnClosed)
}

// stale reports whether an error is that of a connection which had broken while
// nobody used it: the next one may be whole.
func stale(err error) bool {
	_, unreached := errors.AsType[*pgconn.ConnectError](err)
	return err != nil && !unreached && lost(err)
}

// collided reports whether a database undid the transaction, or part of it, since
// it was in the way of another one: the same may succeed the next time.
func collided(err error) bool {
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return server.Code == "40001" || server.Code == "40P01"
	}
	if e, ok := errors.AsType[*modernc.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return false
}

// again reports whether what returned err had no effect on a database and may
// succeed if it is done again.
func again(err error) bool {
	return !errors.Is(err, errUnknown) && !errors.Is(err, errPartly) && (lost(err) || collided(err))
}

// undone reports whether a commit that failed surely had no effect: the database
// says so. That pgconn.SafeToRetry says so is no proof: it does of "conn closed",
// which is also what is left where the answer to a statement without arguments, such
// as a commit, did not come.
func undone(err error) bool {
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refused(server)
	}
	_, file := errors.AsType[*modernc.Error](err)
	return file
}

// explain gives the errors of statements a code where they are worth another try.
// Others stay as they are, and so do those that have a code.
func (d *database) explain(err error) error {
	_, coded := errors.AsType[*fault.Error](err)
	switch {
	case err == nil || coded:
		return err
	case collided(err):
		return fault.Newf(fault.Unavailable, "database %s: the transaction met another one and was undone; try again", d.name).Because(err)
	case gone(err) && d.dialect.lines != nil:
		return d.unavailable(d.dialect.lines.recently(err))
	case lost(err):
		return d.unavailable(err)
	default:
		return err
	}
}

// unavailable returns why the database could not be used, as callers may know it.
func (d *database) unavailable(err error) error {
	return fault.Newf(fault.Unavailable, "database %s is not available (configuration key %s)", d.name, d.urlKey).Because(err)
}

// unbegun returns why there is no transaction, which is not the database's fault.
func (d *database) unbegun(err error) error {
	return fmt.Errorf("begin a transaction on database %s: %w", d.name, err)
}

// errWaited is the cause of a context that ended with the setting max_wait.
var errWaited = errors.New("waited for too long")

// late returns why there is no transaction after MaxWait.
func (d *database) late() error {
	wait, now := d.settings.MaxWait, d.pool.Stats()
	if now.InUse < now.MaxOpenConnections {
		err := fmt.Errorf("%w: no answer within %v (configuration key databases.%s.max_wait)", errLost, wait, d.name)
		return d.unavailable(err)
	}
	return fault.Newf(fault.Unavailable,
		"database %s: no connection was ready within %v (configuration key databases.%s.max_wait), with %d in use or being made (%s)",
		d.name, wait, d.name, now.InUse, d.most())
}

// locked returns why there is no transaction on a file that another process has.
func (d *database) locked(err error) error {
	return fault.Newf(fault.Unavailable, "database %s: another process has the lock for longer than three quarters of %v (configuration key databases.%s.max_wait)",
		d.name, d.settings.MaxWait, d.name).Because(err)
}

// most says where the limit of connections comes from.
func (d *database) most() string {
	if d.dialect.single {
		return "SQLite has one writer"
	}
	return fmt.Sprintf("configuration key databases.%s.max_open", d.name)
}

// stopped returns why a wait for the database ended with ctx.
func (d *database) stopped(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), errWaited) {
		return d.late()
	}
	return d.unbegun(context.Cause(ctx))
}
