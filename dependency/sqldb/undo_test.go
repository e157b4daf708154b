package sqldb_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
)

// endless writes until it is interrupted.
const endless = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
INSERT INTO orders SELECT 'x' FROM n WHERE i < 0`

// undoes are statements that fail and with which SQLite undoes the transaction.
var undoes = map[string]func(context.Context, *sqldb.Session){
	"interrupted": func(ctx context.Context, s *sqldb.Session) {
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		_, _ = s.ExecContext(short, endless)
	},
	"interrupted while it is read": func(ctx context.Context, s *sqldb.Session) {
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		var name string
		_ = s.QueryRowContext(short, endless+" RETURNING name").Scan(&name)
	},
	"or rollback": func(ctx context.Context, s *sqldb.Session) {
		_, _ = s.ExecContext(ctx, "INSERT OR ROLLBACK INTO orders VALUES ('before')")
	},
	"by hand": func(ctx context.Context, s *sqldb.Session) { _, _ = s.ExecContext(ctx, "ROLLBACK") },
}

// afterwards are ways to write in a transaction that began before.
var afterwards = map[string]func(context.Context, *sqldb.Session) (write func() error){
	"a statement": func(ctx context.Context, s *sqldb.Session) func() error {
		return func() error { return order("after")(ctx, s) }
	},
	"the transaction itself": func(ctx context.Context, s *sqldb.Session) func() error {
		tx, err := s.Tx(ctx)
		return func() error {
			if err == nil {
				_, err = tx.ExecContext(ctx, "INSERT INTO orders VALUES ('after')")
			}
			return err
		}
	},
	"a query": func(ctx context.Context, s *sqldb.Session) func() error {
		return func() error {
			return s.QueryRowContext(ctx, "INSERT INTO orders VALUES ('after') RETURNING name").Scan(new(string))
		}
	},
	"a prepared statement": func(ctx context.Context, s *sqldb.Session) func() error {
		statement, err := s.PrepareContext(ctx, "INSERT INTO orders VALUES ('after')")
		return func() error {
			if err == nil {
				_, err = statement.ExecContext(ctx)
			}
			return err
		}
	},
}

func TestNothingIsKeptOfATransactionThatSQLiteUndid(t *testing.T) {
	t.Parallel()
	for undone, undo := range undoes {
		for then, prepare := range afterwards {
			t.Run(undone+", then "+then, func(t *testing.T) {
				t.Parallel()
				db := onSQLite(t)
				w := start(t, db.config(), &shop{})
				for _, outcome := range []error{errRefused, nil} {
					err := w.run(within(t), func(ctx context.Context, s *sqldb.Session) error {
						if err := order("before")(ctx, s); err != nil {
							return err
						}
						write := prepare(ctx, s)
						undo(ctx, s)
						wantRefused(t, write(), then != "a prepared statement")
						return outcome
					})
					wantUndone(t, err, outcome)
					if n := db.count(t, "orders"); n != 0 {
						t.Fatalf("have %d orders, want none", n)
					}
				}
				if err := w.run(within(t), order("next")); err != nil || db.count(t, "orders") != 1 {
					t.Errorf("the next call: %v", err)
				}
			})
		}
	}
}

// wantRefused wants an error of a statement after. SQLite itself refuses prepared ones.
func wantRefused(t *testing.T, err error, explained bool) {
	t.Helper()
	if err == nil || explained && !strings.Contains(err.Error(), "SQLite undid the transaction") {
		t.Errorf("have %v of the statement after, want it refused", err)
	}
}

// wantUndone wants the error of the method as it is, and else that of the commit.
func wantUndone(t *testing.T, err, outcome error) {
	t.Helper()
	const want = "commit on database orders: SQLite undid the transaction when a statement before failed"
	switch {
	case outcome != nil && (!errors.Is(err, outcome) || strings.Contains(err.Error(), "roll back")):
		t.Errorf("have %v, want %v alone", err, outcome)
	case outcome == nil && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("have %v, want %s", err, want)
	}
}

// Only a whole transaction that is undone ends the session.
func TestAStatementThatFailsAloneLeavesTheTransaction(t *testing.T) {
	t.Parallel()
	db := onSQLite(t)
	err := start(t, db.config(), &shop{}).run(within(t), func(ctx context.Context, s *sqldb.Session) error {
		if err := errors.Join(order("a")(ctx, s), execs(ctx, s, "SAVEPOINT one"), order("b")(ctx, s), execs(ctx, s, "ROLLBACK TO one")); err != nil {
			return err
		}
		if err := order("a")(ctx, s); err == nil {
			t.Error("have a row twice, want it refused")
		}
		return order("c")(ctx, s)
	})
	if err != nil || db.count(t, "orders") != 2 {
		t.Errorf("have %d orders, %v, want a and c", db.count(t, "orders"), err)
	}
}

func execs(ctx context.Context, s *sqldb.Session, query string) error {
	_, err := s.ExecContext(ctx, query)
	return err
}

// Turning a file into one with a log is what SQLite does not wait for by itself.
func TestAFileWithoutALogIsOpenedWhenItsWriterIsDone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "orders.db")
	db := opened(t, "sqlite", path, "sqlite:"+path)
	writer, err := db.Conn(within(t))
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close() //nolint:errcheck // of the test
	if _, err := writer.ExecContext(within(t), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	w := start(t, db.config(), &shop{})
	done := make(chan error, 1)
	time.AfterFunc(100*time.Millisecond, func() {
		_, err := writer.ExecContext(t.Context(), "ROLLBACK")
		done <- err
	})
	if err := errors.Join(w.run(within(t), order("a")), <-done); err != nil {
		t.Error(err)
	}
}
