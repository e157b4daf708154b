package sqldb_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
)

// bureau has both: the transaction of its calls, and a database for other work.
type bureau struct {
	_ service.Name `name:"bureau"`

	Session  *sqldb.Session  `db:"orders"`
	Database *sqldb.Database `db:"orders"`

	_ door `method:"Run"`
}

func (b *bureau) Run(ctx context.Context, do func(context.Context, *bureau) error) error {
	return do(ctx, b)
}

// work makes a call to the bureau.
func (w *world) work(ctx context.Context, do func(context.Context, *bureau) error) error {
	_, err := w.app.Invoke(ctx, "bureau", "Run", do)
	return err
}

// borrowed returns the database of the bureau, as background work would have it.
func (w *world) borrowed(t *testing.T) (d *sqldb.Database) {
	t.Helper()
	err := w.work(within(t), func(_ context.Context, b *bureau) error { d = b.Database; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAUnitOfWorkEndsAsItsFunctionDoes(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		d := start(t, db.config(), &bureau{}).borrowed(t)
		if err := d.Do(within(t), order("kept")); err != nil {
			t.Error(err)
		}
		err := d.Do(within(t), func(ctx context.Context, s *sqldb.Session) error {
			return errors.Join(order("refused")(ctx, s), errRefused)
		})
		if !errors.Is(err, errRefused) {
			t.Errorf("have %v, want that of the function", err)
		}
		func() {
			defer func() {
				if v := recover(); v != "oh" {
					t.Errorf("have the panic %v, want that of the function", v)
				}
			}()
			_ = d.Do(within(t), func(ctx context.Context, s *sqldb.Session) error {
				_ = order("panicked")(ctx, s)
				panic("oh")
			})
		}()
		if db.count(t, "orders") != 1 || db.count(t, "orders WHERE name = 'kept'") != 1 {
			t.Error("have other orders, want that of the unit without an error")
		}
	})
}

func TestAUnitOfWorkStaysThoughItsCallFails(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		err := start(t, db.config(), &bureau{}).work(within(t), func(ctx context.Context, b *bureau) error {
			return errors.Join(
				b.Database.Do(ctx, order("unit")), // with SQLite, before the call's own transaction
				order("call")(ctx, b.Session), errRefused)
		})
		if !errors.Is(err, errRefused) || db.count(t, "orders") != 1 || db.count(t, "orders WHERE name = 'unit'") != 1 {
			t.Errorf("have %v and other orders, want that of the unit", err)
		}
	})
}

func TestAUnitOfWorkEndsWithItsContext(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		d := start(t, db.config(), &bureau{}).borrowed(t)
		ctx, cancel := context.WithCancel(within(t))
		err := d.Do(ctx, func(ctx context.Context, s *sqldb.Session) error {
			err := order("late")(ctx, s)
			cancel()
			return err
		})
		if !errors.Is(err, context.Canceled) || db.count(t, "orders") != 0 {
			t.Errorf("have %v and %d orders, want the end of the context and none", err, db.count(t, "orders"))
		}
	})
}

func TestTheSessionOfAUnitIsOverWithIt(t *testing.T) {
	t.Parallel()
	db := onSQLite(t)
	d := start(t, db.config(), &bureau{}).borrowed(t)
	var leaked *sqldb.Session
	if err := d.Do(within(t), func(ctx context.Context, s *sqldb.Session) error { leaked = s; return order("a")(ctx, s) }); err != nil {
		t.Fatal(err)
	}
	if err := order("b")(within(t), leaked); !errors.Is(err, sqldb.ErrOver) {
		t.Errorf("have %v, want %v", err, sqldb.ErrOver)
	}
}

// The unit of a call that handles an event is not the effect of the event: with its
// entry in the inbox the call itself would find that the event was handled.
func TestAUnitOfWorkIsNoEffectOfAnEvent(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &bureau{})
		for _, id := range []string{"1", "2"} {
			err := w.work(event(within(t), id), func(ctx context.Context, b *bureau) error {
				return errors.Join(b.Database.Do(ctx, order("unit"+id)), order("call"+id)(ctx, b.Session))
			})
			if err != nil {
				t.Error(err)
			}
		}
		if n := db.count(t, "enoki_inbox"); n != 2 {
			t.Errorf("have %d entries in the inbox, want one for each event", n)
		}
	})
}

// Whoever would wait for the connection that the same call has would wait for
// ever: it is told at once.
func TestSQLiteRefusesASecondTransactionOfACallAtOnce(t *testing.T) {
	t.Parallel()
	inUnit := func(s *sqldb.Session) func(context.Context, *sqldb.Session) error {
		return func(ctx context.Context, unit *sqldb.Session) error {
			return errors.Join(order("first")(ctx, unit), order("second")(ctx, s))
		}
	}
	for name, do := range map[string]func(context.Context, *bureau) error{
		"a unit within the call's own": func(ctx context.Context, b *bureau) error {
			return errors.Join(order("first")(ctx, b.Session), b.Database.Do(ctx, order("second")))
		},
		"the call's own within a unit": func(ctx context.Context, b *bureau) error {
			return b.Database.Do(ctx, inUnit(b.Session))
		},
		"a unit within a unit": func(ctx context.Context, b *bureau) error {
			return b.Database.Do(ctx, func(ctx context.Context, s *sqldb.Session) error {
				return errors.Join(order("first")(ctx, s), b.Database.Do(ctx, order("second")))
			})
		},
		"the outer unit within a unit": func(ctx context.Context, b *bureau) error {
			return b.Database.Do(ctx, func(ctx context.Context, s *sqldb.Session) error {
				return b.Database.Do(ctx, inUnit(s))
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := onSQLite(t)
			w := start(t, strings.TrimSuffix(db.config(), "}}")+", max_wait: 1h}}", &bureau{})
			err := w.work(within(t), do)
			if err == nil || !strings.Contains(err.Error(), "another transaction of this call has the one connection that SQLite has") {
				t.Errorf("have %v, want to be told who has the connection", err)
			}
			if err := w.work(within(t), func(ctx context.Context, b *bureau) error { return b.Database.Do(ctx, order("next")) }); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

func TestPostgreSQLHasAConnectionForEachUnit(t *testing.T) {
	t.Parallel()
	db := onPostgres(t)
	err := start(t, db.config(), &bureau{}).work(within(t), func(ctx context.Context, b *bureau) error {
		return errors.Join(order("call")(ctx, b.Session), b.Database.Do(ctx, func(ctx context.Context, s *sqldb.Session) error {
			return errors.Join(order("outer")(ctx, s), b.Database.Do(ctx, order("inner")), errRefused)
		}))
	})
	if !errors.Is(err, errRefused) || db.count(t, "orders") != 1 || db.count(t, "orders WHERE name = 'inner'") != 1 {
		t.Errorf("have %v and other orders, want that of the inner unit, which was committed", err)
	}
}

// With one connection in use, a call learns within max_wait what it has waited for.
func TestWhoFindsNoFreeConnectionIsToldWhichSettings(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, strings.TrimSuffix(db.config(), "}}")+", max_open: 1, max_wait: 1s}}", &bureau{})
		d := w.borrowed(t)
		if err := d.Do(within(t), order("first")); err != nil { // the connection is made
			t.Fatal(err)
		}
		err := d.Do(within(t), func(ctx context.Context, s *sqldb.Session) error {
			if err := order("a")(ctx, s); err != nil {
				return err
			}
			err := w.work(within(t), func(ctx context.Context, b *bureau) error { return order("b")(ctx, b.Session) })
			want := "database orders: no connection was ready within 1s (configuration key databases.orders.max_wait), with 1 in use or being made (SQLite has one writer)"
			if strings.HasPrefix(db.url, "postgres") {
				want = strings.Replace(want, "SQLite has one writer", "configuration key databases.orders.max_open", 1)
			}
			if f := fault.From(err); f == nil || f.Code != fault.Unavailable || f.Message != want {
				t.Errorf("have %v, want %s", err, want)
			}
			return nil
		})
		if err != nil || db.count(t, "orders") != 2 {
			t.Errorf("have %v, want the order of who had the connection", err)
		}
	})
}

func TestTheManifestNamesTheDatabaseOfUnits(t *testing.T) {
	t.Parallel()
	w := start(t, onSQLite(t).config(), &bureau{})
	fields := w.app.Manifest().Services[0].Dependencies
	if len(fields) != 2 {
		t.Fatalf("have %+v, want the session and the database", fields)
	}
	for _, f := range fields {
		if f.Kind != "sql" || f.Target != "orders" || f.Options["engine"] != "sqlite" {
			t.Errorf("have %+v, want a database of SQLite", f)
		}
	}
}

func TestAUnitOfAnAbsentDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	d := start(t, "databases: {orders: {url: 'postgres://127.0.0.1:1/none'}}", &bureau{}).borrowed(t)
	began := time.Now()
	wantUnavailable(t, d.Do(within(t), order("a"), sqldb.Retries(2), sqldb.Backoff(time.Millisecond, time.Millisecond)))
	if took := time.Since(began); took > patience/2 {
		t.Errorf("have an answer after %v, want it at once", took)
	}
}
