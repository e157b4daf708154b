package sqldb_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
)

// collision is what PostgreSQL says of a transaction that met another one.
var collision = &pgconn.PgError{Severity: "ERROR", Code: "40001", Message: "could not serialize access"}

func TestPausesGrowUpToTheirLimit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		options []sqldb.RetryOption
		want    []time.Duration // before each try
	}{
		"as stated": {nil, []time.Duration{0, 0, 100e6, 200e6, 400e6, 800e6}},
		"capped": {
			[]sqldb.RetryOption{sqldb.Retries(4), sqldb.Backoff(time.Second, 3*time.Second)},
			[]time.Duration{0, 0, 2e9, 3e9, 3e9},
		},
		"never again": {[]sqldb.RetryOption{sqldb.Retries(0)}, []time.Duration{0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var have []time.Duration
				last := time.Now()
				err := sqldb.Retry(t.Context(), func(context.Context) error {
					have = append(have, time.Since(last))
					last = time.Now()
					return collision
				}, tt.options...)
				if !errors.Is(err, collision) || !slices.Equal(have, tt.want) {
					t.Errorf("have %v with the pauses %v, want %v", err, have, tt.want)
				}
			})
		})
	}
}

func TestOnlyWhatHadNoEffectIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err   error
		tries int
	}{
		"a success":           {nil, 1},
		"a mistake":           {errRefused, 1},
		"a duplicate key":     {&pgconn.PgError{Code: "23505"}, 1},
		"another unavailable": {fault.New(fault.Unavailable, "the stock is closed"), 1},
		"a collision":         {collision, 2},
		"a deadlock":          {&pgconn.PgError{Code: "40P01"}, 2},
		"a server that goes":  {&pgconn.PgError{Code: "57P01", Severity: "FATAL"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			err := sqldb.Retry(t.Context(), func(context.Context) error { tries++; return tt.err }, sqldb.Retries(1))
			if !errors.Is(err, tt.err) || tries != tt.tries {
				t.Errorf("have %v after %d tries, want %d", err, tries, tt.tries)
			}
		})
	}
}

func TestNothingIsTriedAfterTheEndOfTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		defer cancel()
		tries := 0
		err := sqldb.Retry(ctx, func(context.Context) error { tries++; return collision })
		if !errors.Is(err, collision) || tries != 3 || !strings.Contains(err.Error(), "after 3 tries") {
			t.Errorf("have %v after %d tries, want 3 and the error of the last", err, tries)
		}
	})
}

func TestAFunctionThatEndsItsContextIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		tries := 0
		err := sqldb.Retry(ctx, func(context.Context) error { tries++; cancel(); return collision })
		if !errors.Is(err, collision) || tries != 1 {
			t.Fatalf("have %v after %d tries, want 1", err, tries)
		}
	}
}

// bump adds one to the only number, reading it first, in a transaction that
// PostgreSQL undoes where another one did the same.
func bump(ctx context.Context, s *sqldb.Session) error {
	if _, err := s.ExecContext(ctx, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); err != nil {
		return err
	}
	var n int
	if err := s.QueryRowContext(ctx, "SELECT n FROM numbers").Scan(&n); err != nil {
		return err
	}
	_, err := s.ExecContext(ctx, "UPDATE numbers SET n = $1", n+1)
	return err
}

const bumpers = 8

// together runs something in as many goroutines as there are bumpers.
func together(do func() error) error {
	var all sync.WaitGroup
	errs := make([]error, bumpers)
	for i := range errs {
		all.Go(func() { errs[i] = do() })
	}
	all.Wait()
	return errors.Join(errs...)
}

func onNumbers(t *testing.T) target {
	t.Helper()
	db := onPostgres(t)
	execute(t, db.DB, "CREATE TABLE numbers AS SELECT 0 AS n")
	return db
}

// number returns the only one.
func (d target) number(t *testing.T) (n int) {
	t.Helper()
	if err := d.QueryRowContext(within(t), "SELECT n FROM numbers").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestUnitsThatCollideAreDoneAgain(t *testing.T) {
	t.Parallel()
	db := onNumbers(t)
	d := start(t, db.config(), &bureau{}).borrowed(t)
	err := together(func() error {
		return d.Do(within(t), bump, sqldb.Retries(1000), sqldb.Backoff(time.Millisecond, 10*time.Millisecond))
	})
	if n := db.number(t); err != nil || n != bumpers {
		t.Errorf("have %d, %v, want %d", n, err, bumpers)
	}
}

// The barrier lets two calls read before either writes.
func TestACallThatCollidesIsToldToTryAgain(t *testing.T) {
	t.Parallel()
	db := onNumbers(t)
	w := start(t, db.config(), &shop{})
	err := w.run(within(t), func(ctx context.Context, s *sqldb.Session) error {
		var n int
		_, err := s.ExecContext(ctx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
		if err := errors.Join(err, s.QueryRowContext(ctx, "SELECT n FROM numbers").Scan(&n)); err != nil {
			return err
		}
		execute(t, db.DB, "UPDATE numbers SET n = n + 10")
		_, err = s.ExecContext(ctx, "UPDATE numbers SET n = $1", n+1)
		return err
	})
	wantTryAgain(t, err)
	if n := db.number(t); n != 10 {
		t.Errorf("have %d, want that of the other transaction", n)
	}
}

func wantTryAgain(t *testing.T, err error) {
	t.Helper()
	const want = "database orders: the transaction met another one and was undone; try again"
	if f := fault.From(err); f == nil || f.Code != fault.Unavailable || f.Message != want {
		t.Errorf("have %v, want %s", err, want)
	}
}

// A cycle of reads and writes is found when the second of two commits.
func TestACollisionThatIsFoundByTheCommitIsTheOutcome(t *testing.T) {
	t.Parallel()
	db := onNumbers(t)
	w := start(t, db.config(), &shop{})
	execute(t, db.DB, "CREATE TABLE others AS SELECT 0 AS n")
	err := w.run(within(t), func(ctx context.Context, s *sqldb.Session) error {
		_, err := s.ExecContext(ctx, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
		if err != nil {
			return err
		}
		if _, err = s.ExecContext(ctx, "INSERT INTO numbers SELECT count(*) FROM others"); err != nil {
			return err
		}
		return w.run(ctx, func(ctx context.Context, s *sqldb.Session) error {
			if _, err := s.ExecContext(ctx, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); err != nil {
				return err
			}
			_, err := s.ExecContext(ctx, "INSERT INTO others SELECT count(*) FROM numbers")
			return err
		})
	})
	wantTryAgain(t, err)
	if !strings.Contains(err.Error(), "commit on database orders") {
		t.Errorf("have %v, want it to be found by the commit", err)
	}
}

// retrying is the middleware that a service has where its calls may be repeated.
func retrying(next service.Handler) service.Handler {
	return func(ctx context.Context, c *entrypoint.Call) (out any, err error) {
		err = sqldb.Retry(ctx, func(ctx context.Context) error {
			out, err = next(ctx, c)
			return err
		}, sqldb.Retries(1000), sqldb.Backoff(time.Millisecond, 10*time.Millisecond))
		return out, err
	}
}

func TestAMiddlewareRepeatsCallsThatCollide(t *testing.T) {
	t.Parallel()
	db := onNumbers(t)
	cfg, err := config.Load(config.Text("test.yml", db.config()))
	if err != nil {
		t.Fatal(err)
	}
	app, err := service.New(cfg, service.Use(retrying), service.With(&shop{}))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, app: app}
	if err := app.Start(within(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.stop)
	err = together(func() error { return w.run(within(t), bump) })
	if n := db.number(t); err != nil || n != bumpers {
		t.Errorf("have %d, %v, want %d", n, err, bumpers)
	}
}

// Another process has the file, for longer than SQLite waits for it.
func TestASQLiteFileThatIsLockedIsTriedAgain(t *testing.T) {
	t.Parallel()
	db := onSQLite(t)
	d := start(t, strings.TrimSuffix(db.config(), "}}")+", max_wait: 2s}}", &bureau{}).borrowed(t)
	if err := d.Do(within(t), order("first")); err != nil { // the connection is made
		t.Fatal(err)
	}
	other, err := db.Conn(within(t))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close() //nolint:errcheck // of the test
	if _, err := other.ExecContext(within(t), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	tries := 0
	err = d.Do(within(t), func(ctx context.Context, s *sqldb.Session) error {
		if tries++; tries == 2 {
			if _, err := other.ExecContext(ctx, "ROLLBACK"); err != nil {
				return err
			}
		}
		err := order("a")(ctx, s)
		// On a busy machine SQLite's own wait ends late, after that for a transaction.
		if tries == 1 && (fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "(configuration key databases.orders.max_wait)")) {
			t.Errorf("have %v, want the setting that ended the wait for the lock", err)
		}
		return err
	})
	if err != nil || tries != 2 || db.count(t, "orders") != 2 {
		t.Errorf("have %v after %d tries, want an order after 2", err, tries)
	}
}
