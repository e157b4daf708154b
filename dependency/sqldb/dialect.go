package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// dialect is what differs between kinds of databases. Its statements take their
// parameters in the order in which they are named here.
type dialect struct {
	engine   string
	open     func() (*sql.DB, error) // connects to nothing
	single   bool                    // one connection does all, since one at a time may write
	embedded string                  // the file, where nobody named one
	lines    *lines                  // the connections, where they lead to a server; else nil

	exists string   // whether a table is there: its name
	lock   string   // lets one process make tables at a time; "" where that is so anyway
	outbox []string // the tables of the outbox, the first for letters
	inbox  []string // those of the inbox

	put     string // id, subject, header, body
	waiting string // whether there are letters
	claim   string // relay, seconds; affects no row where another relay has the claim
	pending string // limit
	sent    string // ids as a JSON list
	free    string // relay
	enter   string // consumer, id; affects no row where they are there
	forget  string // seconds; removes at most forgetAtOnce older entries
}

// dialectOf returns the dialect of a URL.
func dialectOf(name string, c Config) (*dialect, error) {
	scheme, rest, found := strings.Cut(c.URL, ":")
	engine, driver, foreign := strings.Cut(scheme, "+")
	switch {
	case found && foreign && (engine == "postgres" || engine == "postgresql" || engine == "sqlite"):
		return nil, fmt.Errorf("have a URL with the Python driver %.12q; want %s: without +%.12s", driver, engine, driver)
	case found && (scheme == "postgres" || scheme == "postgresql"):
		return postgres(name, c)
	case found && scheme == "sqlite":
		return sqlite(name, rest, c)
	case !found:
		return nil, errors.New("have a URL without a scheme, want postgres://user:password@host/name or sqlite:file")
	default:
		return nil, fmt.Errorf("have a URL that begins with %.12q, want postgres://user:password@host/name or sqlite:file", scheme)
	}
}

// querier runs statements: a pool or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// affects runs a statement and reports whether it changed a row.
func affects(ctx context.Context, q querier, query string, args ...any) (bool, error) {
	result, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}
