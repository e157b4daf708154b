package sqldb_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/service"
)

// sweeper is a dependency of one's own that uses a database without a call.
type sweeper struct{ db *sqldb.Database }

func (sweeper) Provide(_ reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	db, err := sqldb.Open(h, "orders")
	return &sweep{dependency.Same(sweeper{db}), db, h}, err
}

type sweep struct {
	dependency.Provider
	db   *sqldb.Database
	host dependency.Host
}

func (s *sweep) Start(ctx context.Context) error {
	s.host.Go("sweep", func(ctx context.Context) error { return s.db.Do(ctx, order("background")) })
	return s.db.Do(ctx, order("start"))
}

func (s *sweep) Stop(ctx context.Context) error { return s.db.Do(ctx, order("stop")) }

// swept has nothing to do with databases itself.
type swept struct {
	_ service.Name `name:"swept"`

	Sweep sweeper

	_ door `method:"Run"`
}

func (*swept) Run() {}

func TestADatabaseServesWithoutACall(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &swept{})
		eventually(t, func() bool { return db.count(t, "orders WHERE name IN ('start', 'background')") == 2 })
		w.stop()
		if db.count(t, "orders WHERE name = 'stop'") != 1 {
			t.Error("have no order of the stop, want the database to outlive who uses it")
		}
	})
}

func TestAnUnknownDatabaseOfADependencyIsAMistake(t *testing.T) {
	t.Parallel()
	_, err := newApp("databases: {ordres: {}}", &records{}, &swept{})
	if err == nil || !strings.Contains(err.Error(), "database orders has no configuration") {
		t.Errorf("have %v, want a mistake before the start", err)
	}
}
