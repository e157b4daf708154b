package sqldb_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/service"
)

func TestMistakesAreFoundBeforeTheStart(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ settings, want string }{
		"other databases only": {
			"databases: {ordres: {url: 'sqlite:'}, stock: {}}",
			`database orders has no configuration: want the key databases.orders.url ("sqlite:" for an embedded one) or DB_URIS, have databases ordres, stock; did you mean "ordres"?`,
		},
		"unknown scheme": {
			"databases: {orders: {url: 'mysql://root:pa55@127.0.0.1/orders'}}",
			`configuration key databases.orders.url: have a URL that begins with "mysql", want postgres://user:password@host/name or sqlite:file`,
		},
		"no scheme":      {"databases: {orders: {url: pa55word-and-more}}", `have a URL without a scheme, want postgres://`},
		"in memory":      {"databases: {orders: {url: 'sqlite::memory:'}}", `have a database in memory, whose content would be lost; want sqlite:file`},
		"unreadable URL": {"databases: {orders: {url: 'postgres://root:pa55@127.0.0.1:port/orders'}}", "configuration key databases.orders.url: "},
		"unknown key":    {"databases: {orders: {uri: 'sqlite:'}}", "databases.orders"},
		"no connections": {"databases: {orders: {max_open: 0}}", "configuration key databases.orders.max_open: have 0, want more than 0"},
		"no time":        {"databases: {orders: {max_lifetime: 0s}}", "configuration key databases.orders.max_lifetime: have 0s, want more than 0"},
		"no memory":      {"databases: {orders: {inbox_age: -1h}}", "configuration key databases.orders.inbox_age: have -1h0m0s, want more than 0"},
		"no wait":        {"databases: {orders: {max_wait: 0s}}", "configuration key databases.orders.max_wait: have 0s, want more than 0"},
		"no silence":     {"databases: {orders: {max_silence: 0s}}", "configuration key databases.orders.max_silence: have 0s, want more than 0"},
		"an @ in the password": {
			"databases: {orders: {url: 'postgres://root:x@pa55@127.0.0.1:1/orders'}}",
			"configuration key databases.orders.url: have a URL that cannot be read (signs such as / ? # @ in a password are written as %2F %3F %23 %40); want postgres://user:password@host/name",
		},
		"a / in the password":            {"databases: {orders: {url: 'postgres://root:1/pa55@127.0.0.1:1/orders'}}", "have a URL that cannot be read"},
		"a / and letters":                {"databases: {orders: {url: 'postgres://root:pa55/pa55@127.0.0.1:1/orders'}}", "have a URL that cannot be read"},
		"an @ and a ? in the password":   {"databases: {orders: {url: 'postgres://root:x@1?pa55@a/orders'}}", "have a URL that cannot be read"},
		"a / and a ? in the password":    {"databases: {orders: {url: 'postgres://root:1/pa55?pa55@a/orders'}}", "have a URL that cannot be read"},
		"an @ and no host":               {"databases: {orders: {url: 'postgres://root:x@pa55@/orders'}}", "have a URL that cannot be read"},
		"an @ and several hosts":         {"databases: {orders: {url: 'postgres://root:x@pa55@a:1,b:2/orders'}}", "have a URL that cannot be read"},
		"an @ and a wrong port":          {"databases: {orders: {url: 'postgres://root:x@pa55@a:b/orders'}}", "have a URL that cannot be read"},
		"a percent sign in the password": {"databases: {orders: {url: 'postgres://root:pa55%zz@a/orders'}}", "invalid percent-encoded token in password"},
		"a Python driver": {
			"DB_URIS: {orders: 'postgresql+psycopg2://root:pa55@127.0.0.1/orders'}",
			`configuration key DB_URIS "orders": have a URL with the Python driver "psycopg2"; want postgresql: without +psycopg2`,
		},
		"SQLAlchemy's memory":         {"DB_URIS: {orders: 'sqlite://'}", "have a database in memory"},
		"SQLAlchemy's memory by name": {"DB_URIS: {orders: 'sqlite:///:memory:'}", "have a database in memory"},
		"a host of SQLite":            {"DB_URIS: {orders: 'sqlite://orders.db'}", "have a host in a URL of SQLite; want sqlite:file or sqlite:///file"},
		"an unreadable entry":         {"DB_URIS: {orders: 'postgres://root:pa55@127.0.0.1:port/orders'}", `configuration key DB_URIS "orders": `},
		"only entries of other names": {"DB_URIS: {ordres: 'sqlite:'}", `want the key databases.orders.url ("sqlite:" for an embedded one) or DB_URIS, have DB_URIS ordres`},
		"only entries of others": {
			"DB_URIS: {'stock:orders': 'sqlite:'}\ndatabases: {stock: {}}",
			"have databases stock and DB_URIS stock:orders",
		},
		"two addresses": {
			"DB_URIS: {'shop:orders': 'sqlite:a'}\ndatabases: {orders: {url: 'sqlite:b'}}",
			`database orders has two addresses: have the configuration keys databases.orders.url and DB_URIS "shop:orders", want one of them`,
		},
		"no map":          {"DB_URIS: 'sqlite:a'", "DB_URIS"},
		"for one service": {"databases: {orders: {}}\nservices: {shop: {databases: {orders: {max_open: -1}}}}", "have -1, want more than 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newApp(tt.settings, &records{}, &shop{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("have %v, want %s", err, tt.want)
			}
			if strings.Contains(err.Error(), "pa55") {
				t.Errorf("have the password in %v", err)
			}
		})
	}
}

func TestAnAtSignInAParameterIsNone(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://me:a%40b@127.0.0.1:1/orders?application_name=shop@home",
		"postgres:///orders?host=127.0.0.1&port=1&user=me@server&password=pa55",
		"postgres://me:a?b@127.0.0.1:1,127.0.0.1:2/orders",
		"postgres://me@[::1]:1",
	} {
		if _, err := newApp("databases: {orders: {url: '"+url+"'}}", &records{}, &shop{}); err != nil {
			t.Errorf("%s: have %v, want it accepted", url, err)
		}
	}
}

// misnamed has tags that are mistakes.
type misnamed struct {
	A *sqldb.Session `db:"a/b"`
	B *sqldb.Session `db:""`
	C *sqldb.Session `database:"orders"`

	_ door `method:"Run"`
}

func (*misnamed) Run() {}

func TestTagsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	_, err := newApp("", &records{}, &misnamed{})
	for _, want := range []string{
		`field A: tag key db: have "a/b", want the name of a database: 1 to 64 letters, digits, - or _`,
		`field B: tag key db: have "", want`,
		`field C: `,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, want %s", err, want)
		}
	}
}

// nameless says nothing of its database.
type nameless struct {
	_ service.Name `name:"shop"`

	DB *sqldb.Session

	_ door `method:"Run"`
}

func (s *nameless) Run(ctx context.Context, do func(context.Context, *sqldb.Session) error) error {
	return do(ctx, s.DB)
}

func TestADatabaseWithoutANameIsTheDefaultOne(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "d.db")
	w := start(t, "databases: {default: {url: 'sqlite:"+file+"'}}", &nameless{})
	if err := w.run(t.Context(), create); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func create(ctx context.Context, s *sqldb.Session) error {
	_, err := s.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS orders (name text UNIQUE)")
	return err
}

func TestNothingConfiguredIsAFileThatOutlivesTheProcess(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	w := start(t, "", &shop{})
	for _, do := range []func(context.Context, *sqldb.Session) error{create, order("a")} {
		if err := w.run(t.Context(), do); err != nil {
			t.Fatal(err)
		}
	}
	w.stop()
	files, _ := filepath.Glob(filepath.Join(cache, "svc", "databases", "sqldb-*", "orders.db"))
	if len(files) != 1 || !strings.Contains(w.log.String(), "file="+files[0]) {
		t.Errorf("have files %v, want one, and the log to name it:\n%s", files, w.log)
	}
	if err := start(t, "", &shop{}).run(t.Context(), order("a")); err == nil {
		t.Error("have an empty database, want the order of the process before")
	}
}

func TestFoldersHaveEmbeddedDatabasesOfTheirOwn(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for range 2 {
		t.Chdir(t.TempDir())
		w := start(t, "databases: {orders: {}}", &shop{})
		if err := w.run(t.Context(), func(ctx context.Context, s *sqldb.Session) error {
			_, err := s.ExecContext(ctx, "CREATE TABLE orders (name text)")
			return err
		}); err != nil {
			t.Errorf("have the database of the other folder: %v", err)
		}
		w.stop()
	}
}

func TestAnEntryOfItsOwnComesBeforeThatOfAllServices(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	own, all := filepath.Join(folder, "own.db"), filepath.Join(folder, "all.db")
	w := start(t, "DB_URIS: {'shop:orders': 'sqlite:"+own+"', orders: 'sqlite:"+all+"'}", &shop{}, &stock{})
	if err := w.run(within(t), create); err != nil {
		t.Error(err)
	}
	if _, err := w.app.Invoke(within(t), "stock", "Run", create); err != nil {
		t.Error(err)
	}
	for _, file := range []string{own, all} {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
	if strings.Contains(w.log.String(), "DB_URIS") {
		t.Errorf("have a word about the section in the log:\n%s", w.log)
	}
}

// The section has the limits, DB_URIS the address.
func TestAnEntryCompletesTheSectionOfItsDatabase(t *testing.T) {
	t.Parallel()
	w := start(t, "DB_URIS: {orders: 'sqlite:"+filepath.Join(t.TempDir(), "o.db")+"'}\ndatabases: {orders: {max_wait: 10s}}", &shop{})
	if err := w.run(within(t), create); err != nil {
		t.Error(err)
	}
}

func TestAnAbsentDatabaseIsNamedByItsEntry(t *testing.T) {
	t.Parallel()
	w := start(t, "DB_URIS: {'shop:orders': 'postgres://127.0.0.1:1/none'}", &shop{})
	const want = `database orders is not available (configuration key DB_URIS "shop:orders")`
	if err := w.run(within(t), order("a")); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("have %v, want %s", err, want)
	}
}

// Three slashes lead to a file of the working folder, four to one of the root.
func TestPathsMeanWhatTheyMeanToSQLAlchemy(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	for url, file := range map[string]string{
		"sqlite:///three.db":                             "three.db",
		"sqlite:///" + filepath.Join(folder, "four.db"):  "four.db",
		"sqlite:plain.db":                                "plain.db",
		"sqlite:" + filepath.Join(folder, "absolute.db"): "absolute.db",
	} {
		w := start(t, "databases: {orders: {url: '"+url+"'}}", &shop{})
		if err := w.run(within(t), create); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		w.stop()
		if _, err := os.Stat(filepath.Join(folder, file)); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}
