package sqldb_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/service"
)

// merger has two databases: that of the last field is committed first.
type merger struct {
	_ service.Name `name:"shop"`

	Orders *sqldb.Session `db:"orders"`
	Audit  *sqldb.Session `db:"audit"`

	_ door `method:"Run"`
}

func (m *merger) Run(ctx context.Context, do func(context.Context, *merger) error) error {
	return do(ctx, m)
}

// merging is a shop with two databases whose calls are repeated.
func merging(t *testing.T, orders, audit target) *service.App {
	t.Helper()
	text := strings.TrimSuffix(orders.config(), "}") + ", audit: {url: '" + audit.url + "'}}"
	cfg, err := config.Load(config.Text("test.yml", text))
	if err != nil {
		t.Fatal(err)
	}
	app, err := service.New(cfg, service.Use(retrying), service.With(&merger{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(within(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup((&world{t: t, app: app}).stop)
	return app
}

// onTurns is a database that refuses the first commit of an order, as if another
// transaction had been in the way.
func onTurns(t *testing.T) target {
	t.Helper()
	db := onPostgres(t)
	for _, statement := range []string{
		"CREATE SEQUENCE turns",
		`CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF nextval('turns') = 1 THEN RAISE EXCEPTION 'collision' USING ERRCODE = '40001'; END IF;
	RETURN NULL;
END $$`,
		"CREATE CONSTRAINT TRIGGER collide AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION collide()",
	} {
		execute(t, db.DB, statement)
	}
	return db
}

func TestACallOfWhichAPartIsCommittedIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	orders, audit := onTurns(t), onSQLite(t)
	app := merging(t, orders, audit)
	_, err := app.Invoke(within(t), "shop", "Run", func(ctx context.Context, m *merger) error {
		return errors.Join(execs(ctx, m.Audit, "INSERT INTO orders VALUES (NULL)"), order("a")(ctx, m.Orders))
	})
	const want = "database orders: the transaction was undone, but another database of this call has committed"
	if f := fault.From(err); f == nil || f.Code != fault.Internal || f.Message != want {
		t.Errorf("have %v, want %s", err, want)
	}
	if n := audit.count(t, "orders"); n != 1 || orders.count(t, "orders") != 0 {
		t.Errorf("have %d audited, want 1, and no order", n)
	}
}

func TestACallThatHasCommittedNothingIsTriedAgain(t *testing.T) {
	t.Parallel()
	orders, audit := onTurns(t), onSQLite(t)
	_, err := merging(t, orders, audit).Invoke(within(t), "shop", "Run", func(ctx context.Context, m *merger) error {
		return order("a")(ctx, m.Orders)
	})
	if n := orders.count(t, "orders"); err != nil || n != 1 {
		t.Errorf("have %d orders, %v, want 1", n, err)
	}
}
