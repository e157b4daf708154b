package users_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency/sqldb/sqltest"
	"github.com/enoki-go/enoki/examples/users"
	"github.com/enoki-go/enoki/fault"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestUsersAreAddedAndFound(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		w := svctest.New(t, &users.Users{}, db.Config("users"), sqltest.SQLite(t).Config("audit"))
		ann := svctest.Call[int64](w, "myservice.add_user", "ann")
		if have := svctest.Call[*string](w, "myservice.get_username", ann); have == nil || *have != "ann" {
			t.Errorf("have %v, want ann", have)
		}
		if have := svctest.Call[*string](w, "myservice.get_username", ann+1); have != nil {
			t.Errorf("have %q for an id that nobody has, want null", *have)
		}
	})
}

// removal removes a user, and returns the error.
func removal(t *testing.T, w *svctest.World, id int64) error {
	t.Helper()
	_, err := w.Hook(t.Context(), "myservice", "RemoveUser", id)
	return err
}

func TestAnErrorRollsBackBothDatabases(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, audit *sqltest.Database) {
		w := svctest.New(t, &users.Users{}, sqltest.SQLite(t).Config("users"), audit.Config("audit"))
		ann := svctest.Call[int64](w, "myservice.add_user", "ann")
		if err := removal(t, w, ann+1); !errors.Is(err, users.ErrUnknown) {
			t.Errorf("have %v, want %v", err, users.ErrUnknown)
		}
		if err := removal(t, w, ann); err != nil {
			t.Error(err)
		}
		for id, want := range map[int64][]string{ann: {"added", "removed"}, ann + 1: {}} {
			if diff := cmp.Diff(want, svctest.Call[[]string](w, "myservice.history", id)); diff != "" {
				t.Errorf("history of user %d: -want +have\n%s", id, diff)
			}
		}
	})
}

func TestANameIsTakenOnce(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqltest.Database) {
		w := svctest.New(t, &users.Users{}, db.Config("users"), sqltest.SQLite(t).Config("audit"))
		svctest.Call[int64](w, "myservice.add_user", "ann")
		if _, err := w.Hook(t.Context(), "myservice", "AddUser", "ann"); !errors.Is(err, users.ErrTaken) {
			t.Errorf("have %v, want %v", err, users.ErrTaken)
		}
	})
}

// A call opens only what it uses: that of the other database is not there.
func TestACallNeedsTheDatabaseThatItUses(t *testing.T) {
	db := sqltest.SQLite(t)
	w := svctest.New(t, &users.Users{}, db.Config("users"),
		svctest.Config("databases: {audit: {url: 'postgres://127.0.0.1:1/none'}}"))
	if have := svctest.Call[*string](w, "myservice.get_username", 1); have != nil {
		t.Errorf("have %q, want null", *have)
	}
	if _, err := w.Hook(t.Context(), "myservice", "AddUser", "ann"); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("have %v, want it to be unavailable", err)
	}
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM users").Scan(&n); err != nil || n != 0 {
		t.Errorf("have %d users, %v, want the one rolled back", n, err)
	}
}
