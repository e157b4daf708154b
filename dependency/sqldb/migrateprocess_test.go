package sqldb_test

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/dependency/sqldb/sqltest"
)

// asProcess is the configuration of a test that is run again as a process of its own,
// to be the service.
const asProcess = "ENOKI_TEST_SQLDB_PROCESS"

// child is this test as another process that migrates a database, and the file with its
// log.
func child(t *testing.T, db *sqltest.Database) (cmd *exec.Cmd, log string) {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/")
	cmd = exec.CommandContext(within(t), os.Args[0], "-test.run=^"+name+"$", "-test.count=1")
	log = filepath.Join(t.TempDir(), "log")
	cmd.Env = append(os.Environ(), asProcess+"="+named(db), asProcess+"_LOG="+log)
	return cmd, log
}

// migrates is what a child does: it ends when the migrations have run.
func migrates[S sqldb.Schema](t *testing.T) (isChild bool) {
	t.Helper()
	settings := os.Getenv(asProcess)
	if settings == "" {
		return false
	}
	w := start(t, settings, &migrated[S]{})
	eventually(t, func() bool {
		if err := os.WriteFile(os.Getenv(asProcess+"_LOG"), []byte(w.log.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		return w.run(short, read) == nil
	})
	return true
}

func read(ctx context.Context, s *sqldb.Session) error {
	var n int
	return s.QueryRowContext(ctx, "SELECT count(*) FROM orders").Scan(&n)
}

// gate brings a database to its first migration, and stops the second until open.
func gate(t *testing.T, db *sqltest.Database) (open func()) {
	t.Helper()
	w := start(t, named(db), &migrated[first]{})
	if err := w.run(within(t), read); err != nil {
		t.Fatal(err)
	}
	w.stop()
	tx, err := db.BeginTx(within(t), nil) // with SQLite the one that writes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	if strings.HasPrefix(db.URL, "postgres") {
		if _, err := tx.ExecContext(within(t), "LOCK TABLE ran"); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// Without turns all of them would be at the gate, and run the migration once it opens.
func TestProcessesThatStartAtOnceRunEachMigrationOnce(t *testing.T) {
	if migrates[third](t) {
		return
	}
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		open := gate(t, db)
		var all sync.WaitGroup
		var logs []string
		for range 4 {
			cmd, log := child(t, db)
			logs = append(logs, log)
			all.Go(func() {
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
		eventually(t, func() bool {
			waiting := 0
			for _, log := range logs {
				text, _ := os.ReadFile(log) // it comes later
				waiting += strings.Count(string(text), "another process migrates the database")
			}
			return waiting >= 3
		})
		open()
		all.Wait()
		if have := numbers(t, db); have != "2 10" {
			t.Errorf("have %q, want each migration once", have)
		}
	})
}

func TestAMigrationWhoseProcessIsKilledIsRunByTheNext(t *testing.T) {
	if migrates[second](t) {
		return
	}
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		open := gate(t, db)
		victim, _ := child(t, db)
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { return holdsTheTurn(t, db) })
		if err := victim.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = victim.Wait() // it was killed
		open()
		next, _ := child(t, db)
		if out, err := next.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if have := numbers(t, db); have != "2" {
			t.Errorf("have %q, want the migration once", have)
		}
	})
}

// holdsTheTurn reports whether another process has the right to migrate.
func holdsTheTurn(t *testing.T, db *sqltest.Database) bool {
	t.Helper()
	if file, ok := strings.CutPrefix(db.URL, "sqlite:"); ok {
		turn, err := sql.Open("sqlite", "file:"+file+"-migration")
		if err != nil {
			t.Fatal(err)
		}
		defer turn.Close() //nolint:errcheck // all is said
		_, err = turn.ExecContext(within(t), "BEGIN EXCLUSIVE")
		return err != nil
	}
	var n int
	if err := db.QueryRowContext(within(t), `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
AND classid::bigint = x'656e6f6b'::int AND objid::bigint = hashtext(current_schema())::bigint & 4294967295`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// unlocked makes an index while others wait for their turn.
type unlocked struct{}

func (unlocked) Migrations() fs.FS {
	return fstest.MapFS{
		"1_orders.sql": {Data: []byte("-- +goose Up\n" + makeOrders)},
		"2_index.sql":  {Data: []byte("-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY ON orders (name);\n" + noteTwo)},
	}
}

// It waits for all that run a statement, such as one that waited for a lock.
func TestAnIndexIsMadeWhileProcessesWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	db := sqltest.Postgres(t)
	var all []*world
	for range 5 {
		all = append(all, start(t, named(db), &migrated[unlocked]{}))
	}
	for _, w := range all {
		if err := w.run(within(t), read); err != nil {
			t.Error(err)
		}
	}
	if have := numbers(t, db); have != "2" {
		t.Errorf("have %q, want the migration once", have)
	}
}
