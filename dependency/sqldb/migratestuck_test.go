package sqldb_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/enoki-go/enoki/dependency/sqldb/sqltest"
)

// inTheWay is what the log says of migrations that others do not let through.
const inTheWay = `msg="other transactions are in the way of the migrations; calls that need the database fail until they are not" service=shop database=orders error=`

func TestAMigrationThatWaitsForALockIsToldOnce(t *testing.T) {
	t.Parallel()
	db := sqltest.SQLite(t)
	tx, err := db.BeginTx(within(t), nil) // the one that writes
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it is done by then
	w := start(t, fmt.Sprintf("databases: {orders: {url: %q, max_wait: 100ms}}", db.URL), &migrated[second]{})
	eventually(t, func() bool { return strings.Contains(w.log.String(), "level=WARN "+inTheWay) })
	for range 10 { // each asks for another try
		if err := w.run(within(t), order("early")); err == nil {
			t.Fatal("have no error, want that of the migration")
		}
	}
	if have := strings.Count(w.log.String(), inTheWay); have != 1 || !strings.Contains(w.log.String(), "database is locked") {
		t.Errorf("have %d lines, want 1 that names the lock:\n%s", have, w.log)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return w.run(within(t), order("a")) == nil })
}

// deadlocked always meets another transaction; a sequence counts how often.
type deadlocked struct{}

func (deadlocked) Migrations() fs.FS {
	return fstest.MapFS{"1_met.sql": {Data: []byte(`-- +goose Up
SELECT nextval('tries');
-- +goose StatementBegin
DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$;
-- +goose StatementEnd
`)}}
}

func TestAMigrationThatAlwaysDeadlocksIsToldOnce(t *testing.T) {
	t.Parallel()
	db := sqltest.Postgres(t)
	execute(t, db.DB, "CREATE SEQUENCE tries")
	w := start(t, named(db), &migrated[deadlocked]{})
	eventually(t, func() bool {
		var tries int
		if err := db.QueryRowContext(within(t), "SELECT last_value FROM tries").Scan(&tries); err != nil {
			t.Fatal(err)
		}
		return tries >= 7
	})
	if have := strings.Count(w.log.String(), inTheWay); have != 1 || !strings.Contains(w.log.String(), "deadlock detected") {
		t.Errorf("have %d lines, want 1 that names the deadlock:\n%s", have, w.log)
	}
}
