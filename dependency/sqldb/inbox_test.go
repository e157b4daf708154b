package sqldb_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/enoki-go/enoki/dependency"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/fault"
)

// event is the context of a call that handles an event.
func event(ctx context.Context, id string) context.Context {
	return dependency.WithInbox(ctx, dependency.InboxEntry{Database: "orders", Consumer: "shop--run", ID: id})
}

func TestAnEventHasItsEffectOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &shop{})
		if err := w.run(event(t.Context(), "1"), order("a")); err != nil {
			t.Fatal(err)
		}
		again := event(t.Context(), "1")
		err := w.run(again, order("b"))
		if !errors.Is(err, dependency.ErrHandled) || fault.CodeOf(err) != fault.Conflict || !dependency.Handled(again) {
			t.Errorf("have %v, want %v", err, dependency.ErrHandled)
		}
		if err := w.run(event(t.Context(), "2"), order("c")); err != nil {
			t.Errorf("another event: %v", err)
		}
		if db.count(t, "orders") != 2 || db.count(t, "orders WHERE name = 'b'") != 0 {
			t.Error("have other orders, want one of each event")
		}
		if strings.Contains(w.log.String(), "release after a failed call") {
			t.Errorf("have %s, want no word of a release that failed", w.log)
		}
	})
}

func TestAHandledEventIsTheOutcomeOfWhoDropsItsError(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &shop{})
		drops := func(ctx context.Context, s *sqldb.Session) error {
			_ = order("a")(ctx, s)
			_ = order("b")(ctx, s)
			return nil
		}
		if err := w.run(event(t.Context(), "1"), drops); err != nil {
			t.Fatal(err)
		}
		if err := w.run(event(t.Context(), "1"), drops); !errors.Is(err, dependency.ErrHandled) {
			t.Errorf("have %v, want %v", err, dependency.ErrHandled)
		}
		hides := event(t.Context(), "1")
		err := w.run(hides, func(ctx context.Context, s *sqldb.Session) error {
			_ = order("c")(ctx, s)
			return errRefused
		})
		if !errors.Is(err, errRefused) || !dependency.Handled(hides) {
			t.Errorf("have %v, handled %t, want the method's error and true", err, dependency.Handled(hides))
		}
		if n := db.count(t, "orders"); n != 2 {
			t.Errorf("have %d orders, want 2", n)
		}
	})
}

func TestAnEventThatFailedIsNotHandled(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &shop{})
		ctx := event(t.Context(), "1")
		err := w.run(ctx, func(ctx context.Context, s *sqldb.Session) error {
			return errors.Join(order("a")(ctx, s), errRefused)
		})
		if !errors.Is(err, errRefused) || dependency.Handled(ctx) {
			t.Error(err)
		}
		if err := w.run(event(t.Context(), "1"), order("a")); err != nil {
			t.Errorf("the second delivery: %v", err)
		}
	})
}

func TestAnEventOfAnotherDatabaseIsNotEntered(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &shop{})
		ctx := dependency.WithInbox(t.Context(), dependency.InboxEntry{Database: "stock", Consumer: "c", ID: "1"})
		if err := w.run(ctx, order("a")); err != nil || db.tables(t) != 0 {
			t.Errorf("have %v and %d tables, want none", err, db.tables(t))
		}
	})
}

func TestEveryConsumerHandlesTheEvent(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &shop{})
		for _, consumer := range []string{"one", "two"} {
			ctx := dependency.WithInbox(t.Context(), dependency.InboxEntry{Database: "orders", Consumer: consumer, ID: "1"})
			if err := w.run(ctx, order(consumer)); err != nil {
				t.Errorf("%s: %v", consumer, err)
			}
		}
	})
}

// Two instances have the same event at once; the first of them to begin fails, or
// not.
func TestConcurrentDeliveriesHaveOneEffect(t *testing.T) {
	t.Parallel()
	for name, outcome := range map[string]error{"the first commits": nil, "the first rolls back": errRefused} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(db target) {
				t := db.t
				first, second := start(t, db.config(), &shop{}), start(t, db.config(), &shop{})
				begun, proceed := make(chan struct{}), make(chan struct{})
				var all sync.WaitGroup
				all.Go(func() {
					err := first.run(event(within(t), "1"), func(ctx context.Context, s *sqldb.Session) error {
						err := order("first")(ctx, s)
						close(begun)
						<-proceed
						return errors.Join(err, outcome)
					})
					if !errors.Is(err, outcome) {
						t.Errorf("first: have %v, want %v", err, outcome)
					}
				})
				<-begun
				over := make(chan error, 1)
				all.Go(func() { over <- second.run(event(within(t), "1"), order("second")) })
				wait := time.NewTimer(50 * time.Millisecond)
				defer wait.Stop()
				select {
				case err := <-over:
					t.Errorf("have %v of the second delivery, want it to wait for the first", err)
				case <-wait.C:
				}
				close(proceed)
				want := dependency.ErrHandled
				if outcome != nil {
					want = nil
				}
				if err := <-over; !errors.Is(err, want) {
					t.Errorf("second: have %v, want %v", err, want)
				}
				all.Wait()
				if n := db.count(t, "orders"); n != 1 {
					t.Errorf("have %d orders, want 1", n)
				}
			})
		})
	}
}

func TestManyDeliveriesOfAnEventHaveOneEffect(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		worlds := []*world{start(t, db.config(), &shop{}), start(t, db.config(), &shop{})}
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				err := worlds[i%2].run(event(within(t), "1"), order(strconv.Itoa(i)))
				if err != nil && !errors.Is(err, dependency.ErrHandled) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := db.count(t, "orders"); n != 1 {
			t.Errorf("have %d orders, want 1", n)
		}
	})
}

func TestOldEntriesOfTheInboxAreForgotten(t *testing.T) {
	t.Parallel()
	onEach(t, func(db target) {
		t := db.t
		w := start(t, db.config(), &shop{})
		if err := w.run(event(t.Context(), "old"), order("a")); err != nil {
			t.Fatal(err)
		}
		w.stop()
		ago := "handled_at - 15 * 86400"
		if strings.HasPrefix(db.url, "postgres") {
			ago = "handled_at - interval '15 days'"
		}
		execute(t, db.DB, "UPDATE enoki_inbox SET handled_at = "+ago)
		w = start(t, db.config(), &shop{})
		if err := w.run(event(t.Context(), "new"), order("b")); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool { return db.count(t, "enoki_inbox WHERE id = 'old'") == 0 })
		if db.count(t, "enoki_inbox WHERE id = 'new'") != 1 {
			t.Error("have lost the new entry")
		}
	})
}
