// Package sqltest gives each test a clean database.
//
//	func TestUsersAreFound(t *testing.T) {
//		sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
//			w := svctest.New(t, &users.Users{}, db.Config("users"))
//			…
//		})
//	}
package sqltest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	_ "modernc.org/sqlite"             // the driver sqlite

	svctest "github.com/enoki-go/enoki/testing"
)

// Database is an empty one that belongs to one test, with connections of the test's
// own. It is gone when the test has ended, and so are they.
type Database struct {
	*sql.DB
	URL string // as the configuration key databases.<name>.url has it
}

// Each runs a test on each engine, as subtests named sqlite and postgresql that run in
// parallel. Each has a database of its own.
func Each(t *testing.T, test func(t *testing.T, db *Database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, SQLite(t)) })
	t.Run("postgresql", func(t *testing.T) { t.Parallel(); test(t, Postgres(t)) })
}

// SQLite returns a file in the temporary folder of the test.
func SQLite(tb testing.TB) *Database {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "test.db")
	escaped := (&url.URL{Path: file}).EscapedPath()
	const settings = "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)&_pragma=foreign_keys(on)"
	return &Database{open(tb, "sqlite", "file:"+escaped+settings), "sqlite:" + file}
}

// server is where PostgreSQL is looked for: what the official image of containers has.
const server = "postgres://postgres@127.0.0.1:5432/postgres"

// limit bounds what is asked of a database here.
const limit = 20 * time.Second

// Postgres returns a schema of its own on the server whose URL is in
// ENOKI_TEST_POSTGRES, at postgres://postgres@127.0.0.1:5432/postgres unless it is set.
// What names no schema is in that one. Where there is no server the test is skipped, or
// fails if ENOKI_REQUIRE_SERVICES is 1, as it should be where all tests have to run.
func Postgres(tb testing.TB) *Database {
	tb.Helper()
	address, err := url.Parse(serverURL())
	if err != nil {
		tb.Fatal("ENOKI_TEST_POSTGRES is no URL; want postgres://user:password@host/name")
	}
	admin := open(tb, "pgx", address.String())
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := admin.PingContext(ctx); err != nil {
		missing(tb, address, err)
	}
	schema := "enoki_test_" + strings.ToLower(rand.Text()[:12])
	if _, err := admin.ExecContext(ctx, "CREATE SCHEMA "+schema); err != nil {
		tb.Fatalf("create a schema at %s: %v", address.Redacted(), err)
	}
	tb.Cleanup(func() { drop(tb, admin, schema) })
	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	return &Database{open(tb, "pgx", address.String()), address.String()}
}

func serverURL() string {
	if set := os.Getenv("ENOKI_TEST_POSTGRES"); set != "" {
		return set
	}
	return server
}

func missing(tb testing.TB, address *url.URL, err error) {
	tb.Helper()
	report := tb.Skipf
	if os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" {
		report = tb.Fatalf
	}
	report("needs PostgreSQL at %s: %v\n"+
		"docker run --rm -p 127.0.0.1:5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust postgres\n"+
		"is one; ENOKI_TEST_POSTGRES is the URL of another", address.Redacted(), err)
}

// drop fails the test where a transaction that was left open holds the schema.
func drop(tb testing.TB, admin *sql.DB, schema string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if _, err := admin.ExecContext(ctx, "DROP SCHEMA "+schema+" CASCADE"); err != nil {
		tb.Errorf("drop schema %s, which a transaction may still hold: %v", schema, err)
	}
}

func open(tb testing.TB, driver, source string) *sql.DB {
	tb.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// Config is the configuration that makes this the database of some names, "default"
// where none is given. svctest.New takes one for each Database of a test.
func (d *Database) Config(names ...string) svctest.Config {
	if len(names) == 0 {
		names = []string{"default"}
	}
	var text strings.Builder
	for _, name := range names {
		fmt.Fprintf(&text, "  %s: {url: %q}\n", name, d.URL)
	}
	return svctest.Config("databases:\n" + text.String())
}
