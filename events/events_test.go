package events_test

import (
	"context"
	"testing"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Payments emits events.
type Payments struct {
	_ service.Name `name:"payments"`
	_ rpc.Method   `method:"Pay"`

	Paid   events.Publisher[Payment] `event:"paid"`
	Events events.Dispatcher
}

// Pay emits that a payment was made, in both ways.
func (p *Payments) Pay(ctx context.Context, payment Payment) error {
	return p.Paid(ctx, payment)
}

// Shipping handles payments.
type Shipping struct {
	_ service.Name   `name:"shipping"`
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid"`

	book book
}

// OnPaid takes down a payment.
func (s *Shipping) OnPaid(ctx context.Context, p Payment) error {
	s.book.write(ctx, "shipping", p)
	return nil
}

// Mailing handles payments, by a declaration that it shares with who emits them.
type Mailing struct {
	_ service.Name `name:"mailing"`

	book book
}

// Entrypoints binds the handler.
func (*Mailing) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{events.On(paid, (*Mailing).OnPaid)}
}

// OnPaid takes down a payment.
func (m *Mailing) OnPaid(ctx context.Context, p Payment) error {
	m.book.write(ctx, "mailing", p)
	return nil
}

func TestEventReachesOneInstanceOfEachService(t *testing.T) {
	b, taken := svctest.NewBroker(t), newBook()
	w := svctest.New(t, b, &Payments{}, &Shipping{book: taken}, &Mailing{book: taken})
	svctest.New(t, b, &Shipping{book: taken})
	svctest.Call[any](w, "payments.pay", Payment{"o1", 5})
	by := map[string]int{}
	for range 2 {
		g := await.Take(t, taken)
		by[g.by]++
		if g.payment != (Payment{"o1", 5}) || g.info.Source != "payments" || g.info.Type != "paid" || g.info.Attempt != 1 || len(g.info.Stack) == 0 || g.info.ID == "" {
			t.Errorf("have %+v, want the payment and what is known of it", g)
		}
	}
	if by["shipping"] != 1 || by["mailing"] != 1 {
		t.Errorf("have %v, want one each", by)
	}
	svctest.Call[any](w, "payments.pay", Payment{"o2", 5})
	for range 2 {
		if g := await.Take(t, taken); g.payment.Order != "o2" {
			t.Errorf("have %+v, want the next payment: none comes twice", g)
		}
	}
}

func TestEventWaitsForAHandlerThatIsAway(t *testing.T) {
	b, taken := svctest.NewBroker(t), newBook()
	svctest.New(t, b, &Shipping{book: taken}).Stop()
	d := dial(t, b, "payments").Dispatcher()
	if err := paid.Emit(t.Context(), d, Payment{"o1", 1}); err != nil {
		t.Fatal(err)
	}
	svctest.New(t, b, &Shipping{book: taken})
	if g := await.Take(t, taken); g.payment.Order != "o1" {
		t.Errorf("have %+v, want o1", g)
	}
}

func TestServiceThatOnlyHandlesEventsIsFound(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	w := svctest.New(t, b, p)
	w.Emit("payments.paid", Payment{Order: "o1"})
	p.book.orders(t, 1)
	found, err := w.Client().Connection().Discover(await.Within(t), "probe")
	if err != nil || len(found) != 1 || len(found[0].Endpoints) != 1 {
		t.Fatalf("have %+v, %v, want one instance with one endpoint", found, err)
	}
	if e := found[0].Endpoints[0]; e.Name != "take" || e.Subject != "svc.evt.payments.*.paid" || e.Metadata["event"] != "paid" {
		t.Errorf("have %+v, want the handler", e)
	}
	w.Stop()
	if found, err := dial(t, b, "tool").Connection().Discover(await.Within(t), "probe"); len(found) > 0 || err != nil {
		t.Errorf("have %+v, %v, want nobody after the stop", found, err)
	}
}

func TestEventWithoutAnIDIsNamedByItsPlace(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`attempts:"2" backoff:"1ms"`, func(context.Context, Payment) error { return errDeclined })
	svctest.New(t, b, p)
	nc := plain.Conn(t, b.URL())
	if err := nc.Publish("svc.evt.payments.-.paid", []byte(`{"order":"o1"}`)); err != nil {
		t.Fatal(err)
	}
	first, second := await.Take(t, p.book), await.Take(t, p.book)
	if first.info.ID != "EVT_payments-1" || second.info.ID != first.info.ID {
		t.Errorf("have %q and %q, want the same name for both attempts", first.info.ID, second.info.ID)
	}
	if first.info.Last || !second.info.Last {
		t.Errorf("have last attempt %v and %v, want the second to be", first.info.Last, second.info.Last)
	}
}
