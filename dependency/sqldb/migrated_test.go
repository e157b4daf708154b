package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/dependency/sqldb/sqltest"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
)

// migrated is a shop whose database has migrations.
type migrated[S sqldb.Schema] struct {
	_ service.Name `name:"shop"`

	DB *sqldb.Migrated[S] `db:"orders"`

	_ door `method:"Run"`
}

func (m *migrated[S]) Run(ctx context.Context, do func(context.Context, *sqldb.Session) error) error {
	return do(ctx, m.DB.Session)
}

// files are migrations by their names, without the line above each.
func files(statements map[string]string) fs.FS {
	all := fstest.MapFS{}
	for name, text := range statements {
		all[name] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text + "\n")}
	}
	return all
}

const (
	makeOrders = "CREATE TABLE orders (name text UNIQUE); CREATE TABLE ran (number integer);"
	noteTwo    = "INSERT INTO ran VALUES (2);"
)

// The versions of a program, each with what came to it.
type (
	first   struct{}
	second  struct{}
	third   struct{}
	merged  struct{} // another branch's, after third
	counted struct{}
	brittle struct{}
)

func (first) Migrations() fs.FS { return files(map[string]string{"1_orders.sql": makeOrders}) }
func (second) Migrations() fs.FS {
	return files(map[string]string{"1_orders.sql": makeOrders, "2_two.sql": noteTwo})
}

func (third) Migrations() fs.FS {
	return files(map[string]string{"1_orders.sql": makeOrders, "2_two.sql": noteTwo, "10_ten.sql": "INSERT INTO ran SELECT 10 FROM ran WHERE number = 2;"})
}

func (merged) Migrations() fs.FS {
	return files(map[string]string{"1_orders.sql": makeOrders, "2_two.sql": noteTwo, "5_five.sql": "SELECT 1;", "10_ten.sql": "SELECT 1;"})
}

func (counted) Migrations() fs.FS {
	return files(map[string]string{"1_orders.sql": makeOrders, "2_late.sql": "SELECT nextval('tries'); INSERT INTO later VALUES (2);"})
}

func (brittle) Migrations() fs.FS {
	return files(map[string]string{"1_orders.sql": makeOrders, "2_late.sql": "INSERT INTO ran VALUES (2);\nINSERT\nINTO later VALUES (2);"})
}

func named(db *sqltest.Database) string { return string(db.Config("orders")) }

// numbers returns which migrations have left something, in their order.
func numbers(t *testing.T, db *sqltest.Database) string {
	t.Helper()
	var all []string
	rows, err := db.QueryContext(within(t), "SELECT number FROM ran")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err has it
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func TestMigrationsRunBeforeTheFirstTransaction(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		for _, name := range []string{"a", "b"} { // two runs of the program
			w := start(t, named(db), &migrated[third]{})
			if err := w.run(within(t), order(name)); err != nil {
				t.Error(err)
			}
			w.stop()
		}
		if have := numbers(t, db); have != "2 10" {
			t.Errorf("have %q, want each migration once, in the order of the numbers", have)
		}
	})
}

func TestMigrationsRunWithoutACall(t *testing.T) {
	t.Parallel()
	db := sqltest.SQLite(t)
	w := start(t, named(db), &migrated[second]{})
	eventually(t, func() bool {
		return strings.Contains(w.log.String(), "msg=migrated service=shop database=orders file=2_two.sql")
	})
}

func TestAProgramThatIsOlderThanTheDatabaseWorks(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		for i, service := range []any{&migrated[third]{}, &migrated[first]{}} {
			if err := start(t, named(db), service).run(within(t), order(strconv.Itoa(i))); err != nil {
				t.Errorf("%T: %v", service, err)
			}
		}
	})
}

func TestAMigrationThatCameTooLateIsTold(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		if err := start(t, named(db), &migrated[third]{}).run(within(t), order("a")); err != nil {
			t.Fatal(err)
		}
		err := start(t, named(db), &migrated[merged]{}).run(within(t), order("b"))
		if err == nil || !strings.Contains(err.Error(), "version 5") || fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("have %v, want it to name version 5", err)
		}
	})
}

// A sequence counts the tries, since no rollback takes a number back.
func TestAMigrationThatFailsIsLoggedOnceAndTriedAgain(t *testing.T) {
	t.Parallel()
	db := sqltest.Postgres(t)
	execute(t, db.DB, "CREATE SEQUENCE tries")
	w := start(t, named(db), &migrated[counted]{})
	eventually(t, func() bool {
		if err := w.run(within(t), order("a")); err == nil {
			t.Fatal("have no error, want that of the migration")
		}
		var tries int
		if err := db.QueryRowContext(within(t), "SELECT last_value FROM tries").Scan(&tries); err != nil {
			t.Fatal(err)
		}
		return tries >= 3
	})
	if have := strings.Count(w.log.String(), "a migration fails"); have != 1 {
		t.Errorf("have %d lines of the failure in the log, want 1:\n%s", have, w.log)
	}
}

func TestAMigrationThatFailsIsToldWithItsStatement(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		w := start(t, named(db), &migrated[brittle]{})
		for range 5 {
			err := w.run(within(t), order("a"))
			if err == nil || !strings.Contains(err.Error(), "2_late.sql: ") || !strings.Contains(err.Error(), "in: INSERT INTO later VALUES (2);") {
				t.Fatalf("have %v, want file and statement", err)
			}
			const public = "database orders is not available: its migrations fail"
			if have := fault.From(err); have.Code != fault.Unavailable || have.Message != public {
				t.Errorf("have %s %q for the caller, want %q", have.Code, have.Message, public)
			}
		}
		if have, want := w.ailments(t), []string{"database orders is not available: its migrations fail"}; !slices.Equal(have, want) {
			t.Errorf("have health %q, want %q", have, want)
		}
		execute(t, db.DB, "CREATE TABLE later (number integer)")
		eventually(t, func() bool { return w.run(within(t), order("b")) == nil })
		if have := numbers(t, db); have != "2" {
			t.Errorf("have %q, want no trace of the tries that failed", have)
		}
		eventually(t, func() bool { return len(w.ailments(t)) == 0 })
	})
}

func TestADatabaseThatComesLaterIsMigratedThen(t *testing.T) {
	t.Parallel()
	db, port := sqltest.Postgres(t), closedPort(t)
	url := strings.Replace(db.URL, "127.0.0.1:5432", port.address, 1)
	w := start(t, fmt.Sprintf("databases: {orders: {url: %q}}", url), &migrated[second]{})
	wantUnavailable(t, w.run(within(t), order("early")))
	eventually(t, func() bool { return slices.Equal(w.ailments(t), []string{"database orders is not available"}) })
	shut := port.open(t)
	defer shut()
	eventually(t, func() bool { return w.run(within(t), order("a")) == nil })
	if have := numbers(t, db); have != "2" {
		t.Errorf("have %q, want each migration once", have)
	}
	if have := w.log.String(); strings.Contains(have, "a migration fails") {
		t.Errorf("have it in the log that migrations fail:\n%s", have)
	}
	w.stop() // before the port is shut
}

// company has the database in fields of every kind.
type company struct {
	_ service.Name `name:"shop"`

	Plain    *sqldb.Session          `db:"orders"`
	Units    *sqldb.Database         `db:"orders"`
	Migrated *sqldb.Migrated[second] `db:"orders"`
	Again    *sqldb.Migrated[second] `db:"orders"`

	_ door `method:"Run"`
	_ door `method:"Unit"`
}

func (c *company) Run(ctx context.Context, do func(context.Context, *sqldb.Session) error) error {
	if c.Plain != c.Migrated.Session || c.Plain != c.Again.Session {
		return errors.New("have several sessions, want that of the call")
	}
	return do(ctx, c.Plain)
}

func (c *company) Unit(ctx context.Context) error { return c.Units.Do(ctx, order("unit")) }

func TestEveryFieldOfADatabaseWaitsForItsMigrations(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		w := start(t, named(db), &company{})
		if _, err := w.app.Invoke(within(t), "shop", "Unit"); err != nil {
			t.Error(err)
		}
		if err := w.run(within(t), order("plain")); err != nil {
			t.Error(err)
		}
	})
}

// slow waits for what others hold.
type slow struct{}

func (slow) Migrations() fs.FS {
	return files(map[string]string{"1_gate.sql": "INSERT INTO gate VALUES (1);", "2_orders.sql": makeOrders})
}

func TestAMigrationMayTakeLongerThanACallWaits(t *testing.T) {
	t.Parallel()
	db := sqltest.Postgres(t)
	execute(t, db.DB, "CREATE TABLE gate (number integer UNIQUE)")
	gate, err := db.BeginTx(within(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer gate.Rollback() //nolint:errcheck // it is done by then
	if _, err := gate.ExecContext(within(t), "INSERT INTO gate VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	w := start(t, fmt.Sprintf("databases: {orders: {url: %q, max_wait: 50ms}}", db.URL), &migrated[slow]{})
	const want = "its migrations take longer than a call waits (configuration key databases.orders.max_wait)"
	if err := w.run(within(t), order("a")); fault.CodeOf(err) != fault.Unavailable || !strings.Contains(fault.From(err).Message, want) {
		t.Errorf("have %v, want %s", err, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.run(ctx, order("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want the end of the context", err)
	}
	if err := gate.Rollback(); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return w.run(within(t), order("a")) == nil })
}
