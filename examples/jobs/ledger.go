package jobs

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/fault"
)

// ErrNoJob is returned for a job that nobody requested, or that was swept.
var ErrNoJob = fault.Declare("thumbnails.no_job", fault.NotFound, "there is no such job")

// idOf returns the id of the job for a picture.
func idOf(url string) string {
	hash := sha256.Sum256([]byte(url))
	return hex.EncodeToString(hash[:6])
}

// ledger is the table of all jobs, in the transaction of one call. Its placeholders
// are those of SQLite, which is the database unless another one is configured.
type ledger struct{ db *sqldb.Session }

func openJobs(ctx context.Context, db *sqldb.Session) (ledger, error) {
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS jobs (
	id text PRIMARY KEY,
	url text NOT NULL,
	done integer NOT NULL,
	failure text NOT NULL,
	changed integer NOT NULL
)`)
	return ledger{db}, err
}

// record is one row.
type record struct {
	url     string
	done    int // copies
	failure string
}

func (r record) state() string {
	switch {
	case r.failure != "":
		return "failed"
	case r.done == len(sizes):
		return "done"
	default:
		return "working"
	}
}

// add adds a job. False means that it is there already.
func (l ledger) add(ctx context.Context, id, url string) (added bool, err error) {
	result, err := l.db.ExecContext(ctx, "INSERT INTO jobs VALUES (?, ?, 0, '', ?) ON CONFLICT DO NOTHING", id, url, time.Now().Unix())
	return affected(result, err)
}

// advance notes how many copies there are. False means that the job was swept.
func (l ledger) advance(ctx context.Context, id string, done int) (there bool, err error) {
	result, err := l.db.ExecContext(ctx, "UPDATE jobs SET done = ?, changed = ? WHERE id = ?", done, time.Now().Unix(), id)
	return affected(result, err)
}

func affected(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func (l ledger) fail(ctx context.Context, id string, why error) error {
	_, err := l.db.ExecContext(ctx, "UPDATE jobs SET failure = ?, changed = ? WHERE id = ?", why.Error(), time.Now().Unix(), id)
	return err
}

func (l ledger) find(ctx context.Context, id string) (r record, err error) {
	err = l.db.QueryRowContext(ctx, "SELECT url, done, failure FROM jobs WHERE id = ?", id).Scan(&r.url, &r.done, &r.failure)
	if errors.Is(err, sql.ErrNoRows) {
		return r, ErrNoJob.Explain("there is no job %q", id)
	}
	return r, err
}

// before returns the jobs that have not changed since a time.
func (l ledger) before(ctx context.Context, t time.Time) (ids []string, err error) {
	rows, err := l.db.QueryContext(ctx, "SELECT id FROM jobs WHERE changed < ?", t.Unix())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (l ledger) remove(ctx context.Context, id string) error {
	_, err := l.db.ExecContext(ctx, "DELETE FROM jobs WHERE id = ?", id)
	return err
}
