package events_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	svctest "github.com/enoki-go/enoki/testing"
)

// Till commits a payment and that it was made together.
type Till struct {
	_ rpc.Method `method:"Pay"`

	DB   *sqldb.Session            `db:"till"`
	Paid events.Publisher[Payment] `event:"paid" outbox:"till"`
}

// Pay fails, after all it does, where the amount is negative.
func (t *Till) Pay(ctx context.Context, p Payment) error {
	if _, err := t.DB.ExecContext(ctx, "INSERT INTO payments VALUES (?)", p.Order); err != nil {
		return err
	}
	if err := t.Paid(ctx, p, events.ID("pay-"+p.Order)); err != nil {
		return err
	}
	if p.Amount < 0 {
		return errDeclined
	}
	return nil
}

// Ledger has exactly one entry for each payment.
type Ledger struct {
	_ events.Handler `method:"OnPaid" source:"till" event:"paid" inbox:"ledger" backoff:"1ms"`

	DB *sqldb.Session `db:"ledger"`

	calls *atomic.Int64
	fail  *atomic.Int64 // that many calls, after their statement
	done  chan string
}

// OnPaid enters a payment.
func (l *Ledger) OnPaid(ctx context.Context, p Payment) error {
	l.calls.Add(1)
	defer func() { l.done <- p.Order }()
	if _, err := l.DB.ExecContext(ctx, "INSERT INTO entries VALUES (?)", p.Order); err != nil {
		return err
	}
	if l.fail.Add(-1) >= 0 {
		return errDeclined
	}
	return nil
}

func newLedger() *Ledger {
	return &Ledger{calls: new(atomic.Int64), fail: new(atomic.Int64), done: make(chan string, 100)}
}

// database makes a database with one table, and returns how to reach it and how to
// count its rows.
func database(t *testing.T, table string) (url string, count func() int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), table+".db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE "+table+" (name TEXT)"); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file, func() (n int) {
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func TestEventOfAnOutboxIsEmittedWithTheCommitOnly(t *testing.T) {
	url, rows := database(t, "payments")
	b := svctest.NewBroker(t)
	p := &Probe{tags: []string{`source:"till" event:"paid"`}, book: newBook()}
	w := svctest.New(t, b, svctest.Config("databases: {till: {url: '"+url+"'}}"), &Till{}, p)
	_, err := w.Client().Proxy("till").Call(await.Within(t), "pay", Payment{"rolled back", -1})
	wantText(t, err, "declined")
	svctest.Call[any](w, "till.pay", Payment{"committed", 1})
	if g := await.Take(t, p.book); g.payment.Order != "committed" || g.info.ID != "pay-committed" || rows() != 1 {
		t.Errorf("have %+v and %d rows, want the committed payment alone", g, rows())
	}
}

func TestEventOfAnOutboxWaitsForTheBroker(t *testing.T) {
	url, _ := database(t, "payments")
	b := svctest.NewBroker(t)
	p := &Probe{tags: []string{`source:"till" event:"paid"`}, book: newBook()}
	a, _ := app(t, b.URL(), "databases: {till: {url: '"+url+"'}}", &Till{}, p)
	if err := a.Start(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(context.Background()) })
	b.Stop()
	if _, err := a.Invoke(await.Within(t), "till", "Pay", Payment{"o1", 1}); err != nil {
		t.Fatalf("have %v, want the payment committed without the broker", err)
	}
	b.Restart()
	if order := await.Take(t, p.book, 2*await.Patience).payment.Order; order != "o1" {
		t.Errorf("have %s, want o1", order)
	}
}

func TestOutboxIsThatOfACall(t *testing.T) {
	url, _ := database(t, "payments")
	var taken events.Publisher[Payment]
	w := svctest.New(t, svctest.Config("databases: {till: {url: '"+url+"'}}"), &Thief{taken: &taken})
	svctest.Call[any](w, "thief.take")
	wantText(t, taken(t.Context(), Payment{}), "emit thief.paid", `outbox:"till"`, "no transaction")
}

// Thief gives its publisher away.
type Thief struct {
	_ rpc.Method `method:"Take"`

	DB    *sqldb.Session            `db:"till"`
	Paid  events.Publisher[Payment] `event:"paid" outbox:"till"`
	taken *events.Publisher[Payment]
}

// Take gives it away.
func (t *Thief) Take() { *t.taken = t.Paid }

// The same event comes three times: twice from its emitter, which does not know that
// it is stored, after the broker has forgotten its id, and once more because the first
// attempt failed.
func TestInboxLetsAnEventHaveOneEffect(t *testing.T) {
	url, rows := database(t, "entries")
	b, l := svctest.NewBroker(t), newLedger()
	l.fail.Store(1)
	w := svctest.New(t, b, svctest.Config("databases: {ledger: {url: '"+url+"'}}"), l)
	d := dial(t, b, "till").Dispatcher()
	emit(t, d, "paid", Payment{"o1", 1}, events.ID("e1"))
	await.Take(t, l.done)
	await.Take(t, l.done) // its second attempt
	forget(t, b, "EVT_till")
	emit(t, d, "paid", Payment{"o1", 1}, events.ID("e1"))
	emit(t, d, "paid", Payment{"o2", 1}, events.ID("e2"))
	await.Take(t, l.done)
	await.Take(t, l.done)
	await.Until(t, "the second has its effect", func() bool { return rows() == 2 })
	if l.calls.Load() != 4 || len(letters(t, b)) > 0 || strings.Contains(w.Log(), "event is dead") {
		t.Errorf("have %d calls and %d dead letters, want 4 and none", l.calls.Load(), len(letters(t, b)))
	}
}

// forget makes the broker forget the ids of a stream, as it does after two minutes.
func forget(t *testing.T, b *svctest.Broker, stream string) {
	t.Helper()
	js := plain.JetStream(t, b.URL())
	s, err := js.Stream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	const window, other = 100 * time.Millisecond, 110 * time.Millisecond
	c := s.CachedInfo().Config
	c.Duplicates = window
	await.Until(t, "the id is forgotten", func() bool {
		// Changed each time: the server, told of a change, may look at its ids once
		// more with the window of before, and then not again within that.
		c.Duplicates = window + other - c.Duplicates
		if _, err := js.UpdateStream(t.Context(), c); err != nil {
			return false
		}
		ack, err := js.Publish(t.Context(), "svc.evt.till.-.probe", nil, jetstream.WithMsgID("probe"))
		return err == nil && !ack.Duplicate && ack.Sequence > 2
	})
}

func TestOutboxAndInboxNeedTheDatabaseOfTheirName(t *testing.T) {
	for _, s := range []any{&Lost{}, probe(`inbox:"till"`, nil)} {
		a, _ := app(t, svctest.NewBroker(t).URL(), "", s)
		wantText(t, a.Start(await.Within(t)), "tag key", "no such database", `db:"till"`)
	}
}

// Lost has an outbox without a database.
type Lost struct {
	_ rpc.Method `method:"Do"`

	Paid events.Publisher[Payment] `event:"paid" outbox:"till"`
}

// Do does nothing.
func (*Lost) Do() {}
