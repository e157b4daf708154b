package events_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestAllEventsOfABatchAreHandledEachWithAnIDOfItsOwn(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`ordered:"order"`, nil)
	svctest.New(t, b, p)
	all := payments(700) // more than are sent before it is waited
	if err := paid.EmitAll(t.Context(), dial(t, b, "payments").Dispatcher(), all, events.KeyBy("order")); err != nil {
		t.Fatal(err)
	}
	ids, seen := map[string]bool{}, make([]bool, len(all))
	for range all {
		g := await.Take(t, p.book)
		ids[g.info.ID], seen[g.payment.Amount] = true, true
		if g.info.Key != g.payment.Order {
			t.Errorf("have key %q, want %q", g.info.Key, g.payment.Order)
		}
	}
	if len(ids) != len(all) || slices.Contains(seen, false) {
		t.Errorf("have %d ids, want all %d payments with one each", len(ids), len(all))
	}
}

func TestBatchIsStoredInItsOrder(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`ordered:"order"`, nil)
	svctest.New(t, b, p)
	all := payments(50)
	if err := paid.EmitAll(t.Context(), dial(t, b, "payments").Dispatcher(), all, events.Key("one")); err != nil {
		t.Fatal(err)
	}
	for i, order := range p.book.orders(t, len(all)) {
		if order != all[i].Order {
			t.Fatalf("have %s at %d, want %s", order, i, all[i].Order)
		}
	}
}

func TestBatchThatIsEmittedAgainWithItsIDsIsStoredOnce(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	for _, n := range []int{2, 3} {
		if err := paid.EmitAll(t.Context(), d, payments(n), events.IDBy("order")); err != nil {
			t.Fatal(err)
		}
	}
	have := p.book.orders(t, 3)
	slices.Sort(have)
	if !slices.Equal(have, []string{"o0", "o1", "o2"}) {
		t.Errorf("have %v, want each once", have)
	}
}

func TestBatchWithAPayloadThatCannotBeEmittedIsRefusedWhole(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	mixed := events.Define[any]("payments", "paid")
	for _, tt := range []struct {
		name     string
		payloads []any
		options  []events.EmitOption
		want     string
	}{
		{"no form", []any{Payment{}, make(chan int)}, nil, "payload 1: emit payments.paid"},
		{"one id for all", []any{Payment{}, Payment{}}, []events.EmitOption{events.ID("e1")}, `have the id "e1" for several events`},
		{"no such id", []any{Payment{}, 5}, []events.EmitOption{events.IDBy("order")}, `payload 1: emit payments.paid: have int, want a struct with the field "order", which is the id`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := mixed.EmitAll(t.Context(), d, tt.payloads, tt.options...)
			if !errors.Is(err, events.ErrBadEvent) {
				t.Errorf("have %v, want ErrBadEvent", err)
			}
			wantText(t, err, tt.want)
		})
	}
	emit(t, d, "paid", Payment{Order: "last"})
	if have := p.book.orders(t, 1); have[0] != "last" {
		t.Errorf("have %v handled, want nothing of what was refused", have)
	}
}

func TestWhatIsNotStoredOfABatchIsNamed(t *testing.T) {
	b := svctest.NewBroker(t)
	_, stop := run(t, b.URL(), "events: {max_bytes: 1048576}", probe(``, nil))
	stop() // and what it wants is kept
	large := events.Define[events.Raw]("payments", "paid")
	all := slices.Repeat([]events.Raw{{ContentType: "application/octet-stream", Body: make([]byte, 200<<10)}}, 8)
	err := large.EmitAll(t.Context(), dial(t, b, "payments").Dispatcher(), all)
	if !errors.Is(err, broker.ErrFull) {
		t.Errorf("have %v, want ErrFull", err)
	}
	wantText(t, err, "emit payments.paid", "message 7,")
	if err != nil && strings.Contains(err.Error(), "message 0,") {
		t.Errorf("have %v, want the first stored", err)
	}
}

func TestBatchWaitsForTheBrokerNoLongerThanItIsTold(t *testing.T) {
	b := svctest.NewBroker(t)
	d := dial(t, b, "payments", events.WithTimeout(50*time.Millisecond)).Dispatcher()
	emit(t, d, "paid", Payment{})
	b.Stop()
	if err := paid.EmitAll(t.Context(), d, payments(2)); !errors.Is(err, events.ErrNotStored) {
		t.Errorf("have %v, want ErrNotStored", err)
	}
}

func TestMandatoryBatchWithoutHandlerIsRefused(t *testing.T) {
	b := svctest.NewBroker(t)
	d := dial(t, b, "payments").Dispatcher()
	if err := paid.EmitAll(t.Context(), d, payments(2), events.Mandatory()); !errors.Is(err, events.ErrNoHandler) {
		t.Errorf("have %v, want ErrNoHandler", err)
	}
	svctest.New(t, b, probe(``, nil)).Stop()
	if err := paid.EmitAll(t.Context(), d, payments(2), events.Mandatory()); err != nil {
		t.Errorf("have %v, want it stored for the handler that is away", err)
	}
}

func TestBatchOfWhatIsNotStoredAtOnceIsEmittedOneByOne(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	began := time.Now()
	if err := paid.EmitAll(t.Context(), d, payments(2), events.After(300*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	p.book.orders(t, 2)
	if waited := time.Since(began); waited < 300*time.Millisecond {
		t.Errorf("have them handled after %v, want 300 ms", waited)
	}
	if err := paid.EmitAll(t.Context(), d, payments(2), events.Unreliable()); err != nil {
		t.Fatal(err)
	}
	p.book.orders(t, 2) // the stream stores what is on its subjects
	if err := paid.EmitAll(t.Context(), d, nil); err != nil {
		t.Errorf("have %v, want nothing: there is none", err)
	}
}

func TestPublisherOfATestGetsEachPayloadOfABatch(t *testing.T) {
	var have []int
	p := events.Publisher[int](func(_ context.Context, n int, _ ...events.EmitOption) error {
		have = append(have, n)
		return nil
	})
	if err := p.EmitAll(t.Context(), []int{3, 4}); err != nil || !slices.Equal(have, []int{3, 4}) {
		t.Errorf("have %v and error %v, want both", have, err)
	}
	p = func(context.Context, int, ...events.EmitOption) error { return errDeclined }
	if err := p.EmitAll(t.Context(), []int{3, 4}); !errors.Is(err, errDeclined) {
		t.Errorf("have %v, want that of the publisher", err)
	}
}
