// Package users is a service with two SQL databases: users in the one, and in the other
// what was done to them.
package users

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Users knows the names of users. Each session is a transaction, which begins with the
// first statement of a call and ends before its answer: committed where the method
// returns no error, else rolled back. A call that uses only one of them opens only that.
//
// Two databases are two transactions, and no commit is of both. They end in the reverse
// order of the fields: Audit is committed before Session. So what was done is in the
// audit log, always; an entry whose second commit failed tells of something that was not
// done.
type Users struct {
	_ service.Name `name:"myservice"`

	Session *sqldb.Migrated[Schema]      `db:"users"`
	Audit   *sqldb.Migrated[AuditSchema] `db:"audit"`

	_ rpc.Method `method:"AddUser" args:"username"`
	_ rpc.Method `method:"GetUsername" args:"user_id"`
	_ rpc.Method `method:"RemoveUser" args:"user_id"`
	_ rpc.Method `method:"History" args:"user_id"`
}

var (
	// ErrTaken refuses the name of another user.
	ErrTaken = fault.Declare("users.taken", fault.Conflict, "there is a user of this name")
	// ErrUnknown is returned where somebody should be removed who is not there.
	ErrUnknown = fault.Declare("users.unknown", fault.NotFound, "there is no such user")
)

// AddUser adds a user and returns the id. A call that runs twice, because an instance
// was lost, is told the second time that the name is taken.
func (u *Users) AddUser(ctx context.Context, name string) (id int64, err error) {
	const insert = `INSERT INTO users (username) VALUES ($1) ON CONFLICT (username) DO NOTHING RETURNING id`
	err = u.Session.QueryRowContext(ctx, insert, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrTaken
	}
	if err != nil {
		return 0, err
	}
	return id, u.note(ctx, id, "added")
}

// GetUsername returns the name of a user, nil where there is none of this id.
func (u *Users) GetUsername(ctx context.Context, id int64) (*string, error) {
	var name string
	err := u.Session.QueryRowContext(ctx, `SELECT username FROM users WHERE id = $1`, id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &name, err
}

// RemoveUser removes a user. It writes down first what it is about to do: that entry is
// gone again where there is no such user, since an error rolls back both sessions.
func (u *Users) RemoveUser(ctx context.Context, id int64) error {
	if err := u.note(ctx, id, "removed"); err != nil {
		return err
	}
	result, err := u.Session.ExecContext(ctx, `DELETE FROM users WHERE id = $1`, id)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); n == 0 {
		return errors.Join(ErrUnknown, err)
	}
	return nil
}

func (u *Users) note(ctx context.Context, id int64, what string) error {
	_, err := u.Audit.ExecContext(ctx, `INSERT INTO entries (user_id, what, at) VALUES ($1, $2, $3)`, id, what, time.Now().UTC())
	return err
}

// History returns what was done to a user, in order.
func (u *Users) History(ctx context.Context, id int64) ([]string, error) {
	rows, err := u.Audit.QueryContext(ctx, `SELECT what FROM entries WHERE user_id = $1 ORDER BY at`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err has it
	all := []string{}
	for rows.Next() {
		var what string
		if err := rows.Scan(&what); err != nil {
			return nil, err
		}
		all = append(all, what)
	}
	return all, rows.Err()
}
