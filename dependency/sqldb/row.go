package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// failedRow returns a row whose Scan returns err. Only database/sql can make a
// sql.Row, so that of a database to which nobody can connect is taken.
func failedRow(err error) *sql.Row {
	nowhere := sql.OpenDB(refusal{err})
	defer nowhere.Close() //nolint:errcheck // there are no connections
	return nowhere.QueryRowContext(context.Background(), "")
}

// refusal connects nobody.
type refusal struct{ err error }

func (r refusal) Connect(context.Context) (driver.Conn, error) { return nil, r.err }
func (r refusal) Driver() driver.Driver                        { return r }
func (r refusal) Open(string) (driver.Conn, error)             { return nil, r.err }
