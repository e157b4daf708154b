package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/service"
)

// Found returns the outbox that the post found.
func (o *office) Found() dependency.OutboxStore { return o.Mail.store }

// relays starts an office and returns how its letters are relayed.
func relays(t *testing.T, db target) (*world, dependency.OutboxStore) {
	t.Helper()
	w := start(t, db.config(), &office{})
	found, err := w.app.Invoke(t.Context(), "shop", "Found")
	if err != nil {
		t.Fatal(err)
	}
	return w, found.(dependency.OutboxStore)
}

// write puts letters with these IDs.
func write(ids ...string) func(context.Context, *sqldb.Session) error {
	return func(ctx context.Context, _ *sqldb.Session) error {
		box, ok := dependency.OutboxOf(ctx, "orders")
		if !ok {
			return errors.New("the call has no outbox")
		}
		for _, id := range ids {
			if err := box.Put(ctx, dependency.Letter{ID: id, Subject: "evt." + id}); err != nil {
				return err
			}
		}
		return nil
	}
}

// pending returns the IDs of the letters that wait.
func pending(t *testing.T, s dependency.OutboxStore) []string {
	t.Helper()
	letters, err := s.Pending(within(t), 100)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, l := range letters {
		ids = append(ids, l.ID)
	}
	return ids
}

func sent(t *testing.T, s dependency.OutboxStore, ids ...string) {
	t.Helper()
	if err := s.Sent(within(t), ids...); err != nil {
		t.Fatal(err)
	}
}

func TestALetterIsStoredWithItsTransaction(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w, store := relays(t, db)
		want := dependency.Letter{ID: "1", Subject: "evt.orders.placed", Header: map[string][]string{"A": {"b", "c"}}, Body: []byte{0, 255}}
		err := w.run(t.Context(), func(ctx context.Context, _ *sqldb.Session) error {
			box, _ := dependency.OutboxOf(ctx, "orders")
			return box.Put(ctx, want)
		})
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-store.Changed():
		case <-within(t).Done():
			t.Error("nobody was told of the letter")
		}
		have, err := store.Pending(within(t), 10)
		if diff := cmp.Diff([]dependency.Letter{want}, have); diff != "" || err != nil {
			t.Errorf("letters (-want +have):\n%s%v", diff, err)
		}
		sent(t, store, "1")
		if left := pending(t, store); left != nil || db.count(t, "enoki_outbox") != 0 {
			t.Errorf("have %v, want nothing left", left)
		}
	})
}

func TestALetterIsGoneWithItsTransaction(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w, store := relays(t, db)
		err := w.run(t.Context(), func(ctx context.Context, s *sqldb.Session) error {
			return errors.Join(write("1")(ctx, s), errRefused)
		})
		if !errors.Is(err, errRefused) {
			t.Error(err)
		}
		if err := w.run(t.Context(), order("a")); err != nil { // without letters
			t.Error(err)
		}
		if have := pending(t, store); have != nil {
			t.Errorf("have %v, want no letters", have)
		}
		select {
		case <-store.Changed():
			t.Error("somebody was told of a letter that there is not")
		default:
		}
	})
}

func TestLettersWaitInTheOrderInWhichTheyWerePut(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w, store := relays(t, db)
		for _, ids := range [][]string{{"z", "m"}, {"a"}} {
			if err := w.run(t.Context(), write(ids...)); err != nil {
				t.Fatal(err)
			}
		}
		first, err := store.Pending(within(t), 2)
		if err != nil || len(first) != 2 || first[0].ID != "z" || first[1].ID != "m" {
			t.Errorf("have %v, %v, want the two oldest", first, err)
		}
		sent(t, store) // none could be
		if have, want := pending(t, store), []string{"z", "m", "a"}; !slices.Equal(have, want) {
			t.Errorf("have %v, want %v again", have, want)
		}
		sent(t, store, "z", "a")
		if have := pending(t, store); !slices.Equal(have, []string{"m"}) {
			t.Errorf("have %v, want what was not sent", have)
		}
	})
}

func TestRelaysTakeTurns(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w, mine := relays(t, db)
		_, theirs := relays(t, db)
		if err := w.run(t.Context(), write("1", "2")); err != nil {
			t.Fatal(err)
		}
		if have := pending(t, mine); len(have) != 2 {
			t.Errorf("have %v, want both", have)
		}
		if have := pending(t, theirs); have != nil {
			t.Errorf("have %v for the other relay, want nothing before the first is done", have)
		}
		sent(t, theirs) // not theirs to end
		if have := pending(t, theirs); have != nil {
			t.Errorf("have %v after the end of a claim that was none, want nothing", have)
		}
		sent(t, mine, "1")
		if have := pending(t, theirs); !slices.Equal(have, []string{"2"}) {
			t.Errorf("have %v, want the turn of the other", have)
		}
	})
}

func TestAClaimEndsWithItsTime(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w, dead := relays(t, db)
		_, alive := relays(t, db)
		if err := w.run(t.Context(), write("1")); err != nil {
			t.Fatal(err)
		}
		pending(t, dead)
		before := "until = until - 11"
		if strings.HasPrefix(db.url, "postgres") {
			before = "until = until - interval '11 seconds'"
		}
		execute(t, db.DB, "UPDATE enoki_outbox_claim SET "+before) // eleven seconds later
		if have := pending(t, alive); !slices.Equal(have, []string{"1"}) {
			t.Errorf("have %v, want the letter of the relay that died", have)
		}
	})
}

func TestConcurrentRelaysSendEveryLetterOnceInOrder(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		const letters = 40
		w, one := relays(t, db)
		_, other := relays(t, db)
		var mu sync.Mutex
		var have, want []string
		var all sync.WaitGroup
		done := func() bool { mu.Lock(); defer mu.Unlock(); return len(have) >= letters }
		for _, store := range []dependency.OutboxStore{one, other} {
			all.Go(func() {
				for ctx := within(t); !done() && ctx.Err() == nil; {
					batch, err := store.Pending(ctx, 7)
					if err != nil || len(batch) == 0 {
						continue
					}
					var ids []string
					for _, l := range batch {
						ids = append(ids, l.ID)
					}
					mu.Lock()
					have = append(have, ids...)
					mu.Unlock()
					if err := store.Sent(ctx, ids...); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range letters {
			id := fmt.Sprintf("%02d", i)
			want = append(want, id)
			if err := w.run(t.Context(), write(id)); err != nil {
				t.Error(err)
			}
		}
		all.Wait()
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("letters (-want +have):\n%s", diff)
		}
	})
}

func TestTwoLettersNeverShareAnID(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w, _ := relays(t, db)
		if err := w.run(t.Context(), write("1", "1")); err == nil || !strings.Contains(err.Error(), "put letter 1: ") {
			t.Errorf("have %v, want it to name the letter", err)
		}
	})
}

func TestSeveralProcessesMakeTheTablesAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		var all sync.WaitGroup
		for range 4 {
			w, store := relays(t, db)
			all.Go(func() {
				id := fmt.Sprintf("%p", w)
				if err := w.run(within(t), write(id)); err != nil {
					t.Error(err)
				}
				if _, err := store.Pending(within(t), 1); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := db.count(t, "enoki_outbox"); n != 4 {
			t.Errorf("have %d letters, want 4", n)
		}
	})
}

// homeless wants an outbox in a database that it does not have.
type homeless struct {
	_ service.Name `name:"shop"`

	Mail post           `outbox:"ordres"`
	DB   *sqldb.Session `db:"orders"`

	_ door `method:"Run"`
}

func (*homeless) Run(context.Context) {}

func TestAnOutboxWithoutItsDatabaseDoesNotStart(t *testing.T) {
	t.Parallel()
	app, err := newApp(onSQLite(t).config(), &records{}, &homeless{})
	if err != nil {
		t.Fatal(err)
	}
	defer app.Stop(context.Background()) //nolint:errcheck // it never started
	err = app.Start(within(t))
	if !errors.Is(err, dependency.ErrNoDatabase) || !strings.Contains(err.Error(), `the tag `+"`db:\"ordres\"`"+`; its databases are orders`) {
		t.Errorf("have %v, want the tag and the database that exists", err)
	}
}
