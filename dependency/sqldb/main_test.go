package sqldb_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/enoki-go/enoki/config"
	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

// pgx closes an interrupted connection in the background, in at most 15 seconds.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgconn.(*PgConn).asyncClose.func1"))
}

// patience bounds every wait of these tests.
const patience = 20 * time.Second

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// eventually waits for what happens in the background.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	ctx, tick := within(t), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not within %v", patience)
		}
	}
}

// server is where the real PostgreSQL is.
const server = "postgres://postgres@127.0.0.1:5432/test"

// target is a database of one test's own, with a table orders (name text).
type target struct {
	t   *testing.T // the subtest
	url string
	*sql.DB
}

// onEach runs a test on every engine.
func onEach(t *testing.T, test func(db target)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(onSQLite(t)) })
	t.Run("postgresql", func(t *testing.T) { t.Parallel(); test(onPostgres(t)) })
}

func onSQLite(t *testing.T) target {
	t.Helper()
	file := filepath.Join(t.TempDir(), "orders 1%.db")
	return opened(t, "sqlite", file+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)", "sqlite:"+file)
}

func onPostgres(t *testing.T) target {
	t.Helper()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	if err := admin.PingContext(within(t)); err != nil {
		if os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" {
			t.Fatalf("want PostgreSQL at %s: %v", server, err)
		}
		t.Skipf("needs PostgreSQL at %s: %v", server, err)
	}
	schema := "sqldb_" + strings.ToLower(rand.Text()[:12])
	execute(t, admin, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { _, _ = admin.ExecContext(context.Background(), "DROP SCHEMA "+schema+" CASCADE") })
	url := server + "?search_path=" + schema
	return opened(t, "pgx", url, url)
}

func opened(t *testing.T, driver, source, url string) target {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	execute(t, db, "CREATE TABLE orders (name text UNIQUE)")
	return target{t, url, db}
}

func execute(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.ExecContext(within(t), query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// count returns how many rows a table or a condition has.
func (d target) count(t *testing.T, from string) (n int) {
	t.Helper()
	if err := d.QueryRowContext(within(t), "SELECT count(*) FROM "+from).Scan(&n); err != nil {
		t.Fatalf("%s: %v", from, err)
	}
	return n
}

// tables returns how many tables of the framework's own there are.
func (d target) tables(t *testing.T) int {
	t.Helper()
	if strings.HasPrefix(d.url, "sqlite") {
		return d.count(t, "sqlite_master WHERE type = 'table' AND name LIKE 'enoki_%'")
	}
	return d.count(t, "information_schema.tables WHERE table_schema = current_schema() AND table_name LIKE 'enoki_%'")
}

func (d target) config() string { return fmt.Sprintf("databases: {orders: {url: %q}}", d.url) }

// door is a kind of entrypoint that nobody comes through but App.Invoke.
type door struct{}

func (door) Declare(reflect.StructTag, *entrypoint.Method, entrypoint.Host) (entrypoint.Entrypoint, error) {
	return door{}, nil
}
func (door) Start(context.Context) error { return nil }
func (door) Stop(context.Context) error  { return nil }

// shop does in a call what the test wants.
type shop struct {
	DB *sqldb.Session `db:"orders"`

	_ door `method:"Run"`
}

func (s *shop) Run(ctx context.Context, do func(context.Context, *sqldb.Session) error) error {
	return do(ctx, s.DB)
}

// world is one process.
type world struct {
	t   *testing.T
	app *service.App
	log *records
}

// records is what a world says of itself: its log, and its process.
type records struct {
	process dependency.Process

	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (r *records) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(line)
}

func (r *records) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func newApp(settings string, log *records, services ...any) (*service.App, error) {
	cfg, err := config.Load(config.Text("test.yml", settings))
	if err != nil {
		return nil, err
	}
	process := service.Extend("test", func(e service.Extended) error { log.process = dependency.ProcessOf(e); return nil })
	return service.New(cfg, service.Logger(slog.New(slog.NewTextHandler(log, nil))), process, service.With(services...))
}

// start runs services until the test ends.
func start(t *testing.T, settings string, services ...any) *world {
	t.Helper()
	w := &world{t: t, log: &records{}}
	var err error
	if w.app, err = newApp(settings, w.log, services...); err != nil {
		t.Fatal(err)
	}
	if err := w.app.Start(within(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.stop)
	return w
}

func (w *world) stop() {
	if err := w.app.Stop(context.Background()); err != nil {
		w.t.Error(err)
	}
}

// run makes a call to the shop.
func (w *world) run(ctx context.Context, do func(context.Context, *sqldb.Session) error) error {
	_, err := w.app.Invoke(ctx, "shop", "Run", do)
	return err
}

// order stores an order.
func order(name string) func(context.Context, *sqldb.Session) error {
	return func(ctx context.Context, db *sqldb.Session) error {
		_, err := db.ExecContext(ctx, "INSERT INTO orders (name) VALUES ('"+name+"')")
		return err
	}
}

// office is a shop that writes letters.
type office struct {
	_ service.Name `name:"shop"`

	Mail post           `outbox:"orders"` // before what it needs
	DB   *sqldb.Session `db:"orders"`

	_ door `method:"Run"`
	_ door `method:"Found"`
}

func (o *office) Run(ctx context.Context, do func(context.Context, *sqldb.Session) error) error {
	return do(ctx, o.DB)
}

// post is what sends letters, as events does: it meets the database by its name.
type post struct {
	place *dependency.OutboxPlace
	*stamp
}

// stamp tells the test of the outbox that a post found.
type stamp struct{ store dependency.OutboxStore }

func (post) Provide(f reflect.StructField, h dependency.Host) (dependency.Provider, error) {
	place, err := dependency.OutboxNamed(h, f.Tag.Get("outbox"))
	return &post{place, &stamp{}}, err
}

func (p *post) Start(context.Context) (err error) { p.store, err = p.place.Store(); return err }
func (*post) Stop(context.Context) error          { return nil }
func (p *post) Value() any                        { return *p }

func (*post) Acquire(context.Context) (any, dependency.Release, error) { return nil, nil, nil }
