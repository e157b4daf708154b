package sqldb_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/service"
)

// measured returns the numbers of the process: name{database}.
func (w *world) measured(t *testing.T) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	w.log.process.Measure(func(m dependency.Measurement) {
		if !strings.HasPrefix(m.Name, "svc_sql_") {
			return
		}
		if m.Help == "" || m.Count != strings.HasSuffix(m.Name, "_total") || len(m.Labels) != 1 || m.Labels[0].Name != "database" {
			t.Errorf("have %+v, want a help, a name that says whether it counts, and the database", m)
		}
		name := strings.TrimPrefix(m.Name, "svc_sql_") + " " + m.Labels[0].Value
		if _, again := all[name]; again {
			t.Errorf("have %s twice", name)
		}
		all[name] = m.Value
	})
	return all
}

func TestTheNumbersOfADatabase(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, strings.TrimSuffix(db.config(), "}}")+", max_open: 1}}", &bureau{})
		d := w.borrowed(t)
		err := w.work(within(t), func(ctx context.Context, b *bureau) error {
			if err := order("kept")(ctx, b.Session); err != nil {
				return err
			}
			if have := w.measured(t)["connections_in_use orders"]; have != 1 {
				t.Errorf("have %v connections in use during a call, want 1", have)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = d.Do(within(t), func(ctx context.Context, s *sqldb.Session) error {
			_ = order("refused")(ctx, s)
			return errRefused
		})
		have := w.measured(t)
		for _, wait := range []string{"waits_total orders", "wait_seconds_total orders"} { // who begins may have to wait for the first look
			if _, ok := have[wait]; !ok {
				t.Errorf("have no %s", wait)
			}
			delete(have, wait)
		}
		want := map[string]float64{
			"connections_open orders": 1, "connections_in_use orders": 0, "connections_idle orders": 1, "connections_max orders": 1,
			"committed_total orders": 1, "rolled_back_total orders": 1,
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("numbers (-want +have):\n%s", diff)
		}
	})
}

// warehouse means another database by the same name.
type warehouse struct {
	_ service.Name `name:"warehouse"`

	DB *sqldb.Session `db:"orders"`

	_ door `method:"Run"`
}

func (s *warehouse) Run(ctx context.Context, do func(context.Context, *sqldb.Session) error) error {
	return do(ctx, s.DB)
}

func TestDatabasesOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	one, two := onSQLite(t), onSQLite(t)
	w := start(t, "DB_URIS: {orders: '"+one.url+"', 'warehouse:orders': '"+two.url+"'}", &shop{}, &stock{}, &warehouse{})
	if _, err := w.app.Invoke(within(t), "warehouse", "Run", order("a")); err != nil {
		t.Fatal(err)
	}
	have := w.measured(t)
	if have["committed_total orders"] != 0 || have["committed_total warehouse:orders"] != 1 || len(have) != 16 {
		t.Errorf("have %v, want those of two databases", have)
	}
}

// ailments returns how the process is; the answer holds for a second.
func (w *world) ailments(t *testing.T) (texts []string) {
	t.Helper()
	for _, err := range w.log.process.Health(within(t)) {
		texts = append(texts, err.Error())
	}
	return texts
}

func TestHealthTellsWhetherTheDatabaseCanBeReached(t *testing.T) {
	t.Parallel()
	db, way := onPostgres(t), newWire(t)
	db.url = strings.Replace(db.url, "127.0.0.1:5432", way.address, 1)
	w := start(t, db.config(), &shop{})
	if have := w.ailments(t); len(have) > 0 {
		t.Errorf("have %q of a database that is there", have)
	}
	ill := func() bool {
		return slices.ContainsFunc(w.ailments(t), func(s string) bool { return strings.HasPrefix(s, "database orders is not available") })
	}
	well := func() bool { return len(w.ailments(t)) == 0 }
	way.swallow(true)
	eventually(t, ill)
	way.swallow(false)
	eventually(t, well)
	way.cut()
	eventually(t, ill)
	way.listen(t)
	eventually(t, well)
}

// A file with one connection is well while a call has it.
func TestADatabaseInUseIsHealthy(t *testing.T) {
	t.Parallel()
	w := start(t, onSQLite(t).config(), &shop{})
	err := w.run(within(t), func(ctx context.Context, s *sqldb.Session) error {
		err := order("a")(ctx, s)
		began := time.Now()
		if have := w.ailments(t); len(have) > 0 {
			t.Errorf("have %q after %v", have, time.Since(began))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestHealthSaysNothingOfWhereTheDatabaseIs(t *testing.T) {
	t.Parallel()
	w := start(t, "databases: {orders: {url: 'postgres://secretary:pa55@127.0.0.1:1/none'}}", &shop{})
	if diff := cmp.Diff([]string{"database orders is not available"}, w.ailments(t)); diff != "" {
		t.Errorf("ailments (-want +have):\n%s", diff)
	}
}
