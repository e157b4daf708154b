package sqltest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/dependency/sqldb/sqltest"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDatabasesAreEmptyAndApart(t *testing.T) {
	t.Parallel()
	for name, engine := range map[string]func(testing.TB) *sqltest.Database{"sqlite": sqltest.SQLite, "postgresql": sqltest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second finds nothing of the first
				if _, err := engine(t).ExecContext(t.Context(), "CREATE TABLE users (name text)"); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestADatabaseIsGoneWithItsTest(t *testing.T) {
	t.Parallel()
	watch := sqltest.Postgres(t)
	var inside *sqltest.Database
	var schema string
	t.Run("inside", func(t *testing.T) {
		inside = sqltest.Postgres(t)
		schema = schemaOf(t, inside)
		if n := schemas(t, watch, schema); n != 1 {
			t.Errorf("have %d schemas named %s during the test, want 1", n, schema)
		}
	})
	if n := schemas(t, watch, schema); n != 0 {
		t.Errorf("have schema %s after the test, want it dropped", schema)
	}
	if err := inside.PingContext(t.Context()); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("have %v from the connections of the test, want them closed", err)
	}
}

func schemaOf(t *testing.T, db *sqltest.Database) (name string) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT current_schema()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	return name
}

func schemas(t *testing.T, db *sqltest.Database, name string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_namespace WHERE nspname = $1", name).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Clerk writes to two databases.
type Clerk struct {
	Own   *sqldb.Session `db:"own"`
	Other *sqldb.Session

	_ rpc.Method `method:"Write"`
}

// Write leaves a word in each.
func (c *Clerk) Write(ctx context.Context) error {
	_, own := c.Own.ExecContext(ctx, "INSERT INTO words VALUES ('own')")
	_, other := c.Other.ExecContext(ctx, "INSERT INTO words VALUES ('other')")
	return errors.Join(own, other)
}

func TestServicesUseTheDatabasesOfTheirTest(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, own *sqltest.Database) {
		other := sqltest.SQLite(t)
		for _, db := range []*sqltest.Database{own, other} {
			if _, err := db.ExecContext(t.Context(), "CREATE TABLE words (word text)"); err != nil {
				t.Fatal(err)
			}
		}
		svctest.Call[any](svctest.New(t, &Clerk{}, own.Config("own"), other.Config()), "clerk.write")
		for db, want := range map[*sqltest.Database]string{own: "own", other: "other"} {
			var have string
			if err := db.QueryRowContext(t.Context(), "SELECT word FROM words").Scan(&have); err != nil || have != want {
				t.Errorf("have %q, %v, want %q", have, err, want)
			}
		}
	})
}

// inner is a test within a test: it may be skipped, or fail.
type inner struct {
	testing.TB

	said string
}

func (i *inner) Skipf(format string, args ...any)  { i.end("skipped: ", format, args) }
func (i *inner) Fatalf(format string, args ...any) { i.end("failed: ", format, args) }
func (i *inner) Fatal(args ...any)                 { i.end("failed: ", "%s", args) }

func (i *inner) end(how, format string, args []any) {
	i.said = how + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// outcome returns how a test ends that needs PostgreSQL.
func outcome(t *testing.T) string {
	t.Helper()
	i, over := &inner{TB: t}, make(chan struct{})
	go func() { // ends with the inner test
		defer close(over)
		sqltest.Postgres(i)
	}()
	<-over
	return i.said
}

func TestWithoutAServerATestIsSkippedOrFails(t *testing.T) {
	t.Setenv("ENOKI_TEST_POSTGRES", "postgres://ann:pa55word@127.0.0.1:1/none")
	for require, how := range map[string]string{"": "skipped", "1": "failed"} {
		t.Setenv("ENOKI_REQUIRE_SERVICES", require)
		have := outcome(t)
		if !strings.HasPrefix(have, how+": needs PostgreSQL at postgres://ann:xxxxx@127.0.0.1:1/none: ") || !strings.Contains(have, "docker run") {
			t.Errorf("have %q with ENOKI_REQUIRE_SERVICES=%q, want it %s, with a way to get one", have, require, how)
		}
		if strings.Contains(have, "pa55word") {
			t.Errorf("have the password in %q", have)
		}
	}
	t.Setenv("ENOKI_TEST_POSTGRES", "postgres://ann:pa55word@[/none")
	if have := outcome(t); have != "failed: ENOKI_TEST_POSTGRES is no URL; want postgres://user:password@host/name" {
		t.Errorf("have %q", have)
	}
}

func TestTheServerIsThatOfTheEnvironment(t *testing.T) {
	const usual = "postgres://postgres@127.0.0.1:5432/postgres"
	address := os.Getenv("ENOKI_TEST_POSTGRES")
	if address == "" {
		address = usual
	}
	mine, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := mine.Query()
	query.Set("application_name", "mine")
	mine.RawQuery = query.Encode()
	t.Setenv("ENOKI_TEST_POSTGRES", mine.String())
	db := sqltest.Postgres(t)
	var name string
	if err := db.QueryRowContext(t.Context(), "SHOW application_name").Scan(&name); err != nil || name != "mine" {
		t.Errorf("have %q, %v, want the settings of ENOKI_TEST_POSTGRES", name, err)
	}
	pool, err := sql.Open("pgx", db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close() //nolint:errcheck // all is said
	var schema string
	if err := pool.QueryRowContext(t.Context(), "SELECT current_schema()").Scan(&schema); err != nil || schema != schemaOf(t, db) {
		t.Errorf("have schema %q at the URL, %v, want that of the test", schema, err)
	}
}
