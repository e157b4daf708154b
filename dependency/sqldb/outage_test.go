package sqldb_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/fault"
)

// full is whether things last as long as they do in life.
var full = os.Getenv("ENOKI_FULL_SCALE") == "1"

// away is for how long the database is pulled away, in each way.
func away() time.Duration {
	if full {
		return 10 * time.Second
	}
	return 2 * time.Second
}

// tally counts the outcomes of calls.
type tally struct {
	done, unavailable, unknown atomic.Int64
	longest                    atomic.Int64 // nanoseconds
}

func (o *tally) note(t *testing.T, err error, took time.Duration) {
	t.Helper()
	for longest := o.longest.Load(); int64(took) > longest && !o.longest.CompareAndSwap(longest, int64(took)); {
		longest = o.longest.Load()
	}
	switch code := fault.CodeOf(err); {
	case err == nil:
		o.done.Add(1)
	case code == fault.Unavailable:
		o.unavailable.Add(1)
	case code == fault.Timeout && strings.Contains(err.Error(), "whether it was done is not known"):
		o.unknown.Add(1)
	default:
		t.Errorf("have %s: %v, want %s", code, err, fault.Unavailable)
	}
}

// callers is how many call all the time.
const callers = 50

// load makes calls until stopped.
func (w *world) load(t *testing.T) (o *tally, stop func()) {
	t.Helper()
	o = &tally{}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				began := time.Now()
				err := w.run(context.Background(), order(fmt.Sprintf("%d-%d", i, n)))
				o.note(t, err, time.Since(began))
				if err != nil {
					pause(ctx)
				}
			}
		})
	}
	return o, func() { cancel(); all.Wait() }
}

// pause keeps callers whose calls fail at once from doing nothing else.
func pause(ctx context.Context) {
	timer := time.NewTimer(20 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// TestTheDatabaseIsPulledAwayUnderLoad has callers without a deadline of their own,
// so that what bounds them are the settings.
func TestTheDatabaseIsPulledAwayUnderLoad(t *testing.T) {
	t.Parallel()
	db, way := onPostgres(t), newWire(t)
	db.url = strings.Replace(db.url, "127.0.0.1:5432", way.address, 1)
	const wait, silence = time.Second, 500 * time.Millisecond
	settings := fmt.Sprintf("workers: %d\ndatabases: {orders: {url: %q, max_open: 10, max_wait: %v, max_silence: %v}}", callers, db.url, wait, silence)
	w := start(t, settings, &shop{})
	o, stop := w.load(t)
	phase := func(name string, change func()) {
		change()
		done, unavailable, unknown := o.done.Load(), o.unavailable.Load(), o.unknown.Load()
		timer := time.NewTimer(away())
		defer timer.Stop()
		<-timer.C
		t.Logf("%-22s %6d done, %5d unavailable, %d unknown", name,
			o.done.Load()-done, o.unavailable.Load()-unavailable, o.unknown.Load()-unknown)
	}
	phase("the database is there", func() {})
	refused := o.unavailable.Load()
	phase("it refuses", way.cut)
	if o.unavailable.Load() == refused {
		t.Error("have no call that failed though the database refuses")
	}
	phase("it is there", func() { way.listen(t) })
	swallowed := o.unavailable.Load()
	phase("it says nothing", func() { way.swallow(true) })
	if o.unavailable.Load() == swallowed {
		t.Error("have no call that failed though the database says nothing")
	}
	back := o.done.Load()
	phase("it is there", func() { way.swallow(false) })
	eventually(t, func() bool { return o.done.Load() > back+callers })
	stop()

	t.Logf("the longest call took %v", time.Duration(o.longest.Load()))
	// max_wait for the transaction, a quarter more than twice max_silence for a
	// statement, as much for the end; the rest is for a busy machine.
	if most := wait + 5*silence + patience; time.Duration(o.longest.Load()) > most {
		t.Errorf("have a call that took %v, want at most %v", time.Duration(o.longest.Load()), most)
	}
	if n, least, most := int64(db.count(t, "orders")), o.done.Load(), o.done.Load()+o.unknown.Load(); n < least || n > most {
		t.Errorf("have %d orders, want those of the %d calls that succeeded and at most %d more", n, least, most-least)
	}
	w.wantIdle(t)
	eventually(t, func() bool { return way.count() <= 10 }) // those of the pool
}

// wantIdle waits until no connection is in use.
func (w *world) wantIdle(t *testing.T) {
	t.Helper()
	eventually(t, func() bool { return w.measured(t)["connections_in_use orders"] == 0 })
	if m := w.measured(t); m["connections_open orders"] > m["connections_max orders"] {
		t.Errorf("have %v connections, want at most %v", m["connections_open orders"], m["connections_max orders"])
	}
}

// A server that works, but says nothing for long, is waited for.
func TestASlowStatementIsNoSilentServer(t *testing.T) {
	t.Parallel()
	db := onPostgres(t)
	w := start(t, strings.TrimSuffix(db.config(), "}}")+", max_silence: 1s}}", &shop{})
	err := w.run(within(t), func(ctx context.Context, s *sqldb.Session) error {
		_, err := s.ExecContext(ctx, "SELECT pg_sleep(3)")
		return err
	})
	if err != nil {
		t.Errorf("have %v, want the server to be waited for", err)
	}
}

// Only the statement of a call without a deadline shows that it is max_silence
// that ends it.
func TestAStatementWithoutAnAnswerNamesItsSetting(t *testing.T) {
	t.Parallel()
	db, way := onPostgres(t), newWire(t)
	db.url = strings.Replace(db.url, "127.0.0.1:5432", way.address, 1)
	w := start(t, strings.TrimSuffix(db.config(), "}}")+", max_silence: 100ms}}", &shop{})
	err := w.run(context.Background(), func(ctx context.Context, s *sqldb.Session) error {
		if err := order("a")(ctx, s); err != nil {
			return err
		}
		way.swallow(true)
		return order("b")(ctx, s)
	})
	wantUnavailable(t, err)
	if err == nil || !strings.Contains(err.Error(), "no word for 100ms (configuration key databases.orders.max_silence)") {
		t.Errorf("have %v, want it to name its setting", err)
	}
	way.swallow(false)
	if err := w.run(within(t), order("c")); err != nil || db.count(t, "orders") != 1 {
		t.Errorf("have %v and %d orders, want the one after", err, db.count(t, "orders"))
	}
}

// The connection breaks while the commit is under way: it may have been done.
func TestACommitWithoutAnAnswerIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	db, way := onPostgres(t), newWire(t)
	db.url = strings.Replace(db.url, "127.0.0.1:5432", way.address, 1)
	d := start(t, strings.TrimSuffix(db.config(), "}}")+", max_silence: 100ms}}", &bureau{}).borrowed(t)
	tries := 0
	err := d.Do(within(t), func(ctx context.Context, s *sqldb.Session) error {
		if err := order("a")(ctx, s); err != nil {
			return err
		}
		tries++
		way.swallow(true)
		return nil
	})
	const want = "database orders: no answer to the commit; whether it was done is not known"
	if f := fault.From(err); f == nil || f.Code != fault.Timeout || f.Message != want || tries != 1 {
		t.Errorf("have %v after %d tries, want %s after 1", err, tries, want)
	}
}

// A connection that breaks before the commit costs a unit nothing, also one that
// does not look at its errors.
func TestAUnitWhoseConnectionIsLostIsDoneAgain(t *testing.T) {
	t.Parallel()
	db := onPostgres(t)
	d := start(t, db.config(), &bureau{}).borrowed(t)
	for _, looks := range []bool{true, false} {
		tries := 0
		err := d.Do(within(t), func(ctx context.Context, s *sqldb.Session) error {
			tries++
			if err := order(strconv.FormatBool(looks))(ctx, s); err != nil {
				return err
			}
			if tries == 1 {
				db.kill(t, s)
			}
			_, err := s.ExecContext(ctx, "SELECT 1")
			if looks {
				return err
			}
			return nil
		})
		if err != nil || tries != 2 {
			t.Errorf("have %v after %d tries, want success after 2", err, tries)
		}
	}
	if n := db.count(t, "orders"); n != 2 {
		t.Errorf("have %d orders, want 2", n)
	}
}

// kill ends the connection of a session from the server's side.
func (d target) kill(t *testing.T, s *sqldb.Session) {
	t.Helper()
	var pid int
	if err := s.QueryRowContext(within(t), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	d.end(t, fmt.Sprintf("pid = %d", pid))
}

// end ends connections and waits for it.
func (d target) end(t *testing.T, which string) {
	t.Helper()
	execute(t, d.DB, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "+which)
	eventually(t, func() bool { return d.count(t, "pg_stat_activity WHERE "+which) == 0 })
}

// After a restart of the server all connections of the pool are broken. (pgx asks
// one that was never used before, or not within a second, whether it is whole; these
// were.)
func TestConnectionsThatBrokeWhileIdleCostNothing(t *testing.T) {
	t.Parallel()
	db := onPostgres(t)
	name := strings.ToLower(t.Name())[:40]
	db.url += "&application_name=" + name
	w := start(t, db.config(), &shop{})
	for range 3 {
		for range 3 {
			if err := together(func() error { return w.run(within(t), order(rand.Text())) }); err != nil {
				t.Errorf("have %v after the connections broke", err)
			}
		}
		db.end(t, "application_name = '"+name+"'")
	}
}
