//go:build linux

package scenarios_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/child"
)

// An office is examples/users with a server of PostgreSQL. Its two databases are not
// there before create.
type office struct {
	*world
	server       *url.URL
	admin        *sql.DB
	users, audit string // names of databases
	process      *process
}

func newOffice(t *testing.T) *office {
	t.Helper()
	address := os.Getenv("ENOKI_TEST_POSTGRES")
	if address == "" {
		address = "postgres://postgres@127.0.0.1:5432/postgres"
	}
	server, err := url.Parse(address)
	if err != nil {
		t.Fatal("ENOKI_TEST_POSTGRES is no URL")
	}
	name := "enoki_s42_" + strings.ToLower(rand.Text()[:8])
	o := &office{server: server, users: name + "_users", audit: name + "_audit"}
	o.admin = o.opened(t, server.Path)
	if err := o.admin.PingContext(await.Within(t, patience)); err != nil {
		if os.Getenv("ENOKI_REQUIRE_SERVICES") == "1" {
			t.Fatalf("want PostgreSQL at %s: %v", server.Redacted(), err)
		}
		t.Skipf("needs PostgreSQL at %s: %v", server.Redacted(), err)
	}
	o.world = newWorld(t)
	return o
}

// opened returns a database of the server.
func (o *office) opened(t *testing.T, name string) *sql.DB {
	t.Helper()
	address := *o.server
	address.Path = name
	db, err := sql.Open("pgx", address.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// create makes the databases, empty ones, until the test ends.
func (o *office) create() {
	o.t.Helper()
	for _, name := range []string{o.users, o.audit} {
		if _, err := o.admin.ExecContext(await.Within(o.t, patience), "CREATE DATABASE "+name); err != nil {
			o.t.Fatal(err)
		}
		o.t.Cleanup(func() { _, _ = o.admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)") })
	}
}

// launch starts the service with its own configuration, in a process of its own.
func (o *office) launch() {
	o.t.Helper()
	cmd := exec.Command(bench.Svc, "run", "--config", "config.yml", "--broker", o.url)
	cmd.Dir = filepath.Join(bench.Root, "examples", "users")
	password, _ := o.server.User.Password()
	cmd.Env = slices.Concat(bench.Env, []string{
		"DB_HOST=" + o.server.Host, "DB_USER=" + o.server.User.Username(), "DB_PASSWORD=" + password,
		"DB_USERS=" + o.users, "DB_AUDIT=" + o.audit,
	})
	o.process = &process{child.Start(o.t, cmd, patience), o.t}
	o.process.await("msg=started", 1)
}

// crash kills the process that works and starts another one.
func (o *office) crash() {
	o.t.Helper()
	pid := worker(o.t, o.process.Pid())
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		o.t.Fatalf("kill %d: %v", pid, err)
	}
	await.Until(o.t, "the process is gone", func() bool { return syscall.Kill(pid, 0) != nil }, patience)
	o.process.Stop()
	o.launch()
}

func (o *office) wants(want string, args ...string) {
	o.t.Helper()
	if have := o.prints(args...); have != want {
		o.t.Errorf("svc %q: have %s, want %s", args, have, want)
	}
}

// count asks a database of the service.
func (o *office) count(name, from string) (n int) {
	o.t.Helper()
	if err := o.opened(o.t, name).QueryRowContext(await.Within(o.t, patience), "SELECT count(*) FROM "+from).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// wantNoSession checks that no transaction has outlived its call.
func (o *office) wantNoSession() {
	o.t.Helper()
	if n := o.count(o.users, "pg_stat_activity WHERE datname IN ('"+o.users+"', '"+o.audit+"') AND state LIKE 'idle in transaction%'"); n != 0 {
		o.t.Errorf("have %d open transactions after the calls, want none", n)
	}
}

func TestS42UserIsFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.launch()
	if early := o.svc("call", "myservice.get_username", "1"); early.code == 0 || !strings.Contains(early.stderr, "database users is not available") {
		t.Errorf("without a database: have %d and %s, want it to be unavailable", early.code, early.stderr)
	}
	o.create()
	await.Until(t, "the database is migrated", func() bool { return o.svc("call", "myservice.get_username", "1").stdout == "null\n" }, patience)
	o.wants("1", "call", "myservice.add_user", "username=ann")
	o.wants(`"ann"`, "call", "myservice.get_username", "1")
	o.wants("'ann'", "shell", "-c", "n.rpc.myservice.get_username(1)")
	o.wants("null", "call", "myservice.get_username", "42")
	o.wantNoSession()

	o.crash()
	o.wants(`"ann"`, "call", "myservice.get_username", "1")
	o.wants("null", "call", "myservice.get_username", "42")
	o.wants("2", "call", "myservice.add_user", "username=bob")
	o.wants(`["added"]`, "call", "myservice.history", "2")
}

func TestS42SessionOfACallThatFailsIsClosed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.create()
	o.launch()
	o.wants("1", "call", "myservice.add_user", "username=ann")
	for range 3 {
		if taken := o.svc("call", "myservice.add_user", "username=ann"); !strings.Contains(taken.stderr, "there is a user of this name") {
			t.Errorf("have %d and %s, want the name taken", taken.code, taken.stderr)
		}
		if unknown := o.svc("call", "myservice.remove_user", "42"); !strings.Contains(unknown.stderr, "there is no such user") {
			t.Errorf("have %d and %s, want no such user", unknown.code, unknown.stderr)
		}
	}
	o.wantNoSession()
	o.crash()
	o.wants("null", "call", "myservice.remove_user", "1")
	if users, entries, undone := o.count(o.users, "users"), o.count(o.audit, "entries"), o.count(o.audit, "entries WHERE user_id = 42"); users != 0 || entries != 2 || undone != 0 {
		t.Errorf("have %d users, %d entries, %d of them of what was undone; want 0, 2 and 0, each in its database", users, entries, undone)
	}
	o.wantNoSession()
}
