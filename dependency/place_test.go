package dependency_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/enoki-go/enoki/dependency"
)

// process is what services of one process share.
type process map[any]any

// meeting is a service of that process.
type meeting struct {
	process
	service string
}

func (m meeting) Service() string { return m.service }

func (m meeting) Shared(key any, build func() (any, error)) (any, error) {
	if v, ok := m.process[key]; ok {
		return v, nil
	}
	v, err := build()
	m.process[key] = v
	return v, err
}

// store is an outbox that nobody relays.
type store struct{ dependency.OutboxStore }

func place(t *testing.T, h dependency.Meeting, name string) *dependency.OutboxPlace {
	t.Helper()
	p, err := dependency.OutboxNamed(h, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBothSidesOfAnOutboxMeetInAnyOrder(t *testing.T) {
	t.Parallel()
	shop, want := meeting{process{}, "shop"}, &store{}
	for _, first := range []string{"offer", "ask"} {
		mine, theirs := place(t, shop, first), place(t, shop, first)
		if mine.Used() {
			t.Error("have an outbox in use before anybody asked for it")
		}
		theirs.Offer(want)
		if have, err := mine.Store(); have != want || err != nil {
			t.Errorf("%s: have %v, %v, want the store", first, have, err)
		}
		if !theirs.Used() {
			t.Error("have an outbox that is not used, want it to be")
		}
	}
}

func TestAnInboxDoesNotUseTheOutbox(t *testing.T) {
	t.Parallel()
	p := place(t, meeting{process{}, "shop"}, "orders")
	p.Offer(&store{})
	if err := p.Check(); err != nil || p.Used() {
		t.Errorf("have %v, used %t, want neither", err, p.Used())
	}
}

func TestAMissingDatabaseIsNamedWithThoseThatExist(t *testing.T) {
	t.Parallel()
	p := process{}
	place(t, meeting{p, "stock"}, "ordres").Offer(&store{}) // of another service
	shop := meeting{p, "shop"}
	wanted := place(t, shop, "ordres")
	if _, err := wanted.Store(); err == nil || !strings.Contains(err.Error(), "service shop has no field `*sqldb.Session` with the tag `db:\"ordres\"`; it has none") {
		t.Errorf("have %v, want an error that names the tag", err)
	}
	place(t, shop, "orders").Offer(&store{})
	place(t, shop, "audit").Offer(&store{})
	_, err := wanted.Store()
	if !errors.Is(err, dependency.ErrNoDatabase) || !strings.HasSuffix(err.Error(), "its databases are orders, audit") || wanted.Used() {
		t.Errorf("have %v, want the names of those that exist", err)
	}
}

// sealed is a host after the start.
type sealed struct{ meeting }

var errSealed = errors.New("too late")

func (sealed) Shared(any, func() (any, error)) (any, error) { return nil, errSealed }

func TestMeetingsAreArrangedBeforeTheStart(t *testing.T) {
	t.Parallel()
	if _, err := dependency.OutboxNamed(sealed{}, "orders"); !errors.Is(err, errSealed) {
		t.Errorf("have %v, want that of the host", err)
	}
}

// outbox keeps letters.
type outbox struct{ letters []dependency.Letter }

func (o *outbox) Put(_ context.Context, l dependency.Letter) error {
	o.letters = append(o.letters, l)
	return nil
}

func TestACallHasOneOutboxForEachDatabase(t *testing.T) {
	t.Parallel()
	ctx, orders := dependency.WithScope(t.Context()), &outbox{}
	dependency.KeepOutbox(ctx, "orders", orders)
	if have, ok := dependency.OutboxOf(ctx, "orders"); !ok || have != orders {
		t.Errorf("have %v, %t, want that of the call", have, ok)
	}
	if have, ok := dependency.OutboxOf(ctx, "stock"); ok {
		t.Errorf("have %v, want none", have)
	}
	if have, ok := dependency.OutboxOf(t.Context(), "orders"); ok {
		t.Errorf("have %v outside a call, want none", have)
	}
}
