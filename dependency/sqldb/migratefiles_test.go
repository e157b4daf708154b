package sqldb_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/dependency/sqldb/sqltest"
	"github.com/enoki-go/enoki/service"
)

type (
	noFiles  struct{}
	empty    struct{}
	foreign  struct{}
	misfiled struct{}
	engines  struct{}
)

func (noFiles) Migrations() fs.FS { return nil }
func (empty) Migrations() fs.FS   { return fstest.MapFS{"mysql/1_a.sql": {}, "oracle/1_a.sql": {}} }
func (foreign) Migrations() fs.FS {
	return fstest.MapFS{"migrations/postgresql/1_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE t (n integer);")}}
}

func (misfiled) Migrations() fs.FS {
	return fstest.MapFS{
		"orders.sql": {Data: []byte("-- +goose Up")}, "1_a.sql": {Data: []byte("-- +goose Up")},
		"01_b.sql": {Data: []byte("--+goose Up")}, "2_c.up.sql": {Data: []byte("CREATE TABLE t (n integer); -- +goose Up")},
	}
}

func (engines) Migrations() fs.FS {
	return fstest.MapFS{
		"migrations/notes.txt":               {},
		"migrations/sqlite/1_orders.sql":     {Data: []byte("-- +goose Up\nCREATE TABLE orders (name text); INSERT INTO orders VALUES (sqlite_version());")},
		"migrations/postgresql/1_orders.sql": {Data: []byte("-- +goose Up\nCREATE TABLE orders (name text); INSERT INTO orders VALUES (version());")},
	}
}

func TestFilesThatAreNoMigrationsAreFoundBeforeTheStart(t *testing.T) {
	t.Parallel()
	for s, want := range map[any]string{
		&migrated[noFiles]{}: "field DB: migrations of database orders: have no files (nil), want *.sql",
		&migrated[empty]{}:   "have no *.sql among the files, want 00001_name.sql at the root, in its only folder, or in a folder sqlite",
		&migrated[foreign]{}: "have no *.sql among the files, want 00001_name.sql at the root, in its only folder, or in a folder sqlite",
	} {
		if _, err := newApp("", &records{}, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: have %v, want %s", s, err, want)
		}
	}
	_, err := newApp("", &records{}, &migrated[misfiled]{})
	for _, want := range []string{
		"file orders.sql: have no number in front, want a name such as 00001_orders.sql",
		"files 01_b.sql and 1_a.sql: have the number 1 twice, want it once",
		"file 2_c.up.sql: have no line `-- +goose Up`, want it above the statements",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("have %v, want %s", err, want)
		}
	}
}

func TestEnginesMayHaveMigrationsOfTheirOwn(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		if err := start(t, named(db), &migrated[engines]{}).run(within(t), order("a")); err != nil {
			t.Error(err)
		}
	})
}

// quarrel has two opinions of one database.
type quarrel struct {
	_ service.Name `name:"shop"`

	A *sqldb.Migrated[first]  `db:"orders"`
	B *sqldb.Migrated[second] `db:"orders"`

	_ door `method:"Run"`
}

func (*quarrel) Run(context.Context) {}

// neighbours have two databases, perhaps.
type neighbours struct {
	_ service.Name `name:"shop"`

	A *sqldb.Migrated[first]  `db:"a"`
	B *sqldb.Migrated[second] `db:"b"`

	_ door `method:"Run"`
}

func (*neighbours) Run(context.Context) {}

func TestAnAddressHasOneSchema(t *testing.T) {
	t.Parallel()
	_, err := newApp("", &records{}, &quarrel{})
	const twice = "field B: migrations of database orders: have sqldb_test.second, while database orders at the same address has those of sqldb_test.first"
	if err == nil || !strings.Contains(err.Error(), twice) {
		t.Errorf("have %v, want %s", err, twice)
	}
	_, err = newApp("databases: {a: {url: 'sqlite:x.db'}, b: {url: 'sqlite:x.db'}}", &records{}, &neighbours{})
	const same = "field B: migrations of database b: have sqldb_test.second, while database a at the same address has those of sqldb_test.first"
	if err == nil || !strings.Contains(err.Error(), same) {
		t.Errorf("have %v, want %s", err, same)
	}
	for _, settings := range []string{"", "databases: {a: {url: 'sqlite:x.db'}, b: {}}"} {
		if _, err := newApp(settings, &records{}, &neighbours{}); err != nil {
			t.Errorf("have %v for %q, want two databases", err, settings)
		}
	}
}
