package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
)

// dbtx is what sqlc generates against.
type dbtx interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	PrepareContext(context.Context, string) (*sql.Stmt, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

var (
	_ dbtx = (*sqldb.Session)(nil)
	_ dbtx = (*sql.Tx)(nil)
)

var errRefused = errors.New("refused")

func TestTheTransactionEndsAsItsCallDoes(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &shop{})
		if err := w.run(t.Context(), order("kept")); err != nil {
			t.Error(err)
		}
		err := w.run(t.Context(), func(ctx context.Context, s *sqldb.Session) error {
			return errors.Join(order("refused")(ctx, s), errRefused)
		})
		if !errors.Is(err, errRefused) {
			t.Errorf("have %v, want that of the method", err)
		}
		err = w.run(t.Context(), func(ctx context.Context, s *sqldb.Session) error {
			_ = order("panicked")(ctx, s)
			panic("oh")
		})
		if _, ok := errors.AsType[*service.PanicError](err); !ok {
			t.Errorf("have %v, want a panic", err)
		}
		if db.count(t, "orders") != 1 || db.count(t, "orders WHERE name = 'kept'") != 1 {
			t.Error("have other orders, want that of the call without an error")
		}
	})
}

func TestACallSeesItsOwnStatements(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &shop{})
		err := w.run(t.Context(), func(ctx context.Context, s *sqldb.Session) error {
			if err := order("a")(ctx, s); err != nil {
				return err
			}
			st, err := s.PrepareContext(ctx, "SELECT name FROM orders")
			if err != nil {
				return err
			}
			defer st.Close() //nolint:errcheck // as is the transaction
			var one, two, three string
			if err := st.QueryRowContext(ctx).Scan(&one); err != nil {
				return err
			}
			if err := s.QueryRowContext(ctx, "SELECT name FROM orders").Scan(&two); err != nil {
				return err
			}
			rows, err := s.QueryContext(ctx, "SELECT name FROM orders")
			if err != nil {
				return err
			}
			defer rows.Close() //nolint:errcheck // rows.Err has it
			rows.Next()
			if err := errors.Join(rows.Scan(&three), rows.Err()); err != nil {
				return err
			}
			if one+two+three != "aaa" || db.count(t, "orders") != 0 {
				t.Errorf("have %q %q %q, want the order that others do not see", one, two, three)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestACallWithoutStatementsOpensNothing(t *testing.T) {
	t.Parallel()
	w := start(t, "databases: {orders: {url: 'postgres://127.0.0.1:1/none'}}", &shop{})
	if err := w.run(t.Context(), func(context.Context, *sqldb.Session) error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestTheFrameworkMakesNoTablesThatNobodyNeeds(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &shop{})
		if err := w.run(t.Context(), order("a")); err != nil || db.tables(t) != 0 {
			t.Errorf("have %d tables of its own, %v, want none", db.tables(t), err)
		}
	})
}

func TestACommitThatFailsIsTheOutcome(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do   func(context.Context, *sqldb.Session) error
		want string
	}{
		"a failed statement whose error was dropped": {func(ctx context.Context, s *sqldb.Session) error {
			_, _ = s.ExecContext(ctx, "INSERT INTO nothing VALUES (1)")
			return nil
		}, "a statement failed before, and the method returned no error"},
		"a commit by the method": {func(ctx context.Context, s *sqldb.Session) error {
			tx, err := s.Tx(ctx)
			return errors.Join(err, tx.Commit())
		}, "the method ended the transaction itself"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := onPostgres(t)
			err := start(t, db.config(), &shop{}).run(t.Context(), test.do)
			if err == nil || !strings.Contains(err.Error(), "release DB: commit on database orders: ") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("have %v, want %q", err, test.want)
			}
		})
	}
}

func TestTheTransactionOutlivesTheContextOfItsFirstStatement(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		err := start(t, db.config(), &shop{}).run(t.Context(), func(ctx context.Context, s *sqldb.Session) error {
			short, cancel := context.WithCancel(ctx)
			err := order("a")(short, s)
			cancel()
			return errors.Join(err, order("b")(ctx, s))
		})
		if err != nil || db.count(t, "orders") != 2 {
			t.Errorf("have %d orders, %v, want 2", db.count(t, "orders"), err)
		}
	})
}

func TestACallThatEndsTooLateIsRolledBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		ctx, cancel := context.WithCancel(t.Context())
		w := start(t, db.config(), &shop{})
		err := w.run(ctx, func(ctx context.Context, s *sqldb.Session) error {
			err := order("a")(ctx, s)
			cancel()
			<-ctx.Done()
			return err
		})
		if !errors.Is(err, context.Canceled) || db.count(t, "orders") != 0 {
			t.Errorf("have %v and %d orders, want the end of the context and none", err, db.count(t, "orders"))
		}
		if err := w.run(t.Context(), order("b")); err != nil {
			t.Errorf("the next call: %v", err)
		}
	})
}

func TestAnEndedContextBeginsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		err := start(t, db.config(), &shop{}).run(t.Context(), func(ctx context.Context, s *sqldb.Session) error {
			ended, cancel := context.WithCancel(ctx)
			cancel()
			if err := order("a")(ended, s); !errors.Is(err, context.Canceled) || fault.CodeOf(err) != fault.Canceled {
				t.Errorf("have %v, want the end of the context", err)
			}
			return order("b")(ctx, s) // may be begun later
		})
		if err != nil || db.count(t, "orders") != 1 {
			t.Errorf("have %d orders, %v, want 1", db.count(t, "orders"), err)
		}
	})
}

func TestASessionIsOverWithItsCall(t *testing.T) {
	t.Parallel()
	db := onSQLite(t)
	var leaked *sqldb.Session
	w := start(t, db.config(), &shop{})
	if err := w.run(t.Context(), func(ctx context.Context, s *sqldb.Session) error { leaked = s; return order("a")(ctx, s) }); err != nil {
		t.Fatal(err)
	}
	_, queried := leaked.QueryContext(t.Context(), "SELECT 1")    //nolint:sqlclosecheck,rowserrcheck // there are none
	_, prepared := leaked.PrepareContext(t.Context(), "SELECT 1") //nolint:sqlclosecheck // there is none
	var n int
	for _, err := range []error{order("b")(t.Context(), leaked), queried, prepared, leaked.QueryRowContext(t.Context(), "SELECT 1").Scan(&n)} {
		if !errors.Is(err, sqldb.ErrOver) {
			t.Errorf("have %v, want %v", err, sqldb.ErrOver)
		}
	}
}

// twin has two fields for one database.
type twin struct {
	_ service.Name `name:"shop"`

	First  *sqldb.Session `db:"orders"`
	Second *sqldb.Session `db:"orders"`

	_ door `method:"Run"`
}

func (s *twin) Run(ctx context.Context, do func(context.Context, *sqldb.Session) error) error {
	return errors.Join(order("first")(ctx, s.First), do(ctx, s.Second))
}

func TestFieldsForOneDatabaseShareTheTransaction(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &twin{})
		if err := w.run(within(t), func(ctx context.Context, s *sqldb.Session) error {
			return errors.Join(order("second")(ctx, s), errRefused)
		}); !errors.Is(err, errRefused) {
			t.Error(err)
		}
		if n := db.count(t, "orders"); n != 0 {
			t.Errorf("have %d orders, want both rolled back", n)
		}
		if err := w.run(within(t), order("third")); err != nil || db.count(t, "orders") != 2 {
			t.Errorf("have %d orders, %v, want both committed", db.count(t, "orders"), err)
		}
	})
}

func TestTheTransactionEndsWithTheContextOfItsCall(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		ctx, cancel := context.WithCancel(t.Context())
		err := start(t, db.config(), &shop{}).run(ctx, func(ctx context.Context, s *sqldb.Session) error {
			err := order("a")(ctx, s)
			cancel()
			eventually(t, func() bool { // though the method goes on
				_, err := s.ExecContext(t.Context(), "SELECT 1")
				return errors.Is(err, sql.ErrTxDone)
			})
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("have %v, want the end of the context", err)
		}
	})
}

// SQLite refuses the writing of a transaction that has read what another changed
// meanwhile, however long it waits.
func TestATransactionThatReadsFirstMayWrite(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		reader, writer := start(t, db.config(), &shop{}), start(t, db.config(), &shop{})
		wrote, long := make(chan error, 1), within(t)
		err := reader.run(long, func(ctx context.Context, s *sqldb.Session) error {
			var n int
			if err := s.QueryRowContext(ctx, "SELECT count(*) FROM orders").Scan(&n); err != nil {
				return err
			}
			go func() { wrote <- writer.run(long, order("theirs")) }()
			wait := time.NewTimer(100 * time.Millisecond)
			defer wait.Stop()
			select {
			case err := <-wrote:
				wrote <- err
			case <-wait.C: // it waits for us
			}
			return order("mine")(ctx, s)
		})
		if err := errors.Join(err, <-wrote); err != nil || db.count(t, "orders") != 2 {
			t.Errorf("have %d orders, %v, want 2", db.count(t, "orders"), err)
		}
	})
}
