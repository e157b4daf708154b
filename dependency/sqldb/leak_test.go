package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/service"
)

// fate is what becomes of the nth call: one of ten fails, one of a hundred panics.
func fate(n int) (fails, panics bool) { return n%10 == 3, n%100 == 77 }

// fated stores the order n, and does as it must; every fourth call has a unit of
// work do so. (Every seventh asks for a row and does not read it.)
func fated(n int) func(context.Context, *bureau) error {
	store := func(ctx context.Context, s *sqldb.Session) error {
		if err := order(strconv.Itoa(n))(ctx, s); err != nil {
			return err
		}
		if n%7 == 0 {
			_ = s.QueryRowContext(ctx, "SELECT name FROM orders LIMIT 1")
		}
		fails, panics := fate(n)
		if panics {
			panic("oh")
		}
		if fails {
			return errRefused
		}
		return nil
	}
	return func(ctx context.Context, b *bureau) error {
		if n%4 == 0 {
			return b.Database.Do(ctx, store)
		}
		return store(ctx, b.Session)
	}
}

// wantFate tells whether a call ended as it had to.
func wantFate(t *testing.T, n int, err error) {
	t.Helper()
	fails, panics := fate(n)
	_, panicked := errors.AsType[*service.PanicError](err)
	if panicked != panics || errors.Is(err, errRefused) != fails || (err != nil) != (fails || panics) {
		t.Errorf("call %d: have %v; want an error %t, a panic %t", n, err, fails, panics)
	}
}

func TestCallsThatFailLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	calls := 5_000
	if full {
		calls = 100_000
	}
	db := onPostgres(t)
	w := start(t, fmt.Sprintf("workers: %d\n%s", callers, db.config()), &bureau{})
	began, next := time.Now(), make(chan int)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for n := range next {
				wantFate(t, n, w.work(context.Background(), fated(n)))
			}
		})
	}
	for n := range calls {
		next <- n
	}
	close(next)
	all.Wait()
	t.Logf("%d calls in %v", calls, time.Since(began))
	w.wantIdle(t)
	wantStored(t, db, calls)
	have := w.measured(t)
	if c, r := have["committed_total orders"], have["rolled_back_total orders"]; c != float64(calls*89/100) || r != float64(calls*11/100) {
		t.Errorf("have %v transactions committed and %v rolled back, want 89 %% and 11 %% of %d", c, r, calls)
	}
	t.Logf("%v", have)
}

// wantStored tells whether there are the orders of the calls that succeeded, and
// no others.
func wantStored(t *testing.T, db target, calls int) {
	t.Helper()
	rows, err := db.QueryContext(within(t), "SELECT name FROM orders")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err has it
	left := map[string]bool{}
	for n := range calls {
		if fails, panics := fate(n); !fails && !panics {
			left[strconv.Itoa(n)] = true
		}
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if !left[name] {
			t.Errorf("have the order of call %s, which failed", name)
		}
		delete(left, name)
	}
	if err := rows.Err(); err != nil || len(left) > 0 {
		t.Errorf("have %v, and %d calls that succeeded without their order", err, len(left))
	}
}
