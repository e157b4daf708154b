package events_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestSameIDIsStoredOnceForEachType(t *testing.T) {
	b := svctest.NewBroker(t)
	p := &Probe{tags: []string{`source:"payments" event:"*"`}, book: newBook()}
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	for range 3 {
		emit(t, d, "paid", Payment{}, events.ID("e1"))
		emit(t, d, "sent", Payment{}, events.ID("e1"))
	}
	emit(t, d, "last", Payment{}, events.ID("e1"))
	seen := map[string]int{}
	for range 3 {
		seen[await.Take(t, p.book).info.Type]++
	}
	if seen["paid"] != 1 || seen["sent"] != 1 || seen["last"] != 1 {
		t.Errorf("have %v, want each type once", seen)
	}
}

func TestMandatoryEventWithoutHandlerIsRefused(t *testing.T) {
	b := svctest.NewBroker(t)
	d := dial(t, b, "payments").Dispatcher()
	if err := d(t.Context(), "paid", Payment{}); err != nil {
		t.Errorf("have %v, want nothing: a fact that nobody asks about", err)
	}
	if err := d(t.Context(), "paid", Payment{}, events.Mandatory()); !errors.Is(err, events.ErrNoHandler) {
		t.Errorf("have %v, want ErrNoHandler", err)
	}
	p := probe(``, nil)
	svctest.New(t, b, p).Stop()
	if err := d(t.Context(), "paid", Payment{}, events.Mandatory()); err != nil {
		t.Errorf("have %v, want it stored for the handler that is away", err)
	}
	if err := d(t.Context(), "other", Payment{}, events.Mandatory()); !errors.Is(err, events.ErrNoHandler) {
		t.Errorf("have %v, want ErrNoHandler for a type that nobody handles", err)
	}
}

func TestEventOfLaterComesWhenItIsTime(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	began := time.Now()
	emit(t, d, "paid", Payment{Order: "late"}, events.After(400*time.Millisecond))
	emit(t, d, "paid", Payment{Order: "past"}, events.At(began.Add(-time.Hour)))
	emit(t, d, "paid", Payment{Order: "now"})
	if all := p.book.orders(t, 3); all[2] != "late" {
		t.Errorf("have %v, want the late one last", all)
	}
	if waited := time.Since(began); waited < 400*time.Millisecond {
		t.Errorf("have the late one after %v, want 400 ms", waited)
	}
}

func TestEventOfLaterIsEmittedByAnyProcess(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	svctest.New(t, b, p).Stop()
	emitter := dial(t, b, "payments")
	emit(t, emitter.Dispatcher(), "paid", Payment{Order: "o1"}, events.After(200*time.Millisecond))
	if err := emitter.Close(); err != nil {
		t.Fatal(err)
	}
	svctest.New(t, b, p)
	if g := await.Take(t, p.book); g.payment.Order != "o1" {
		t.Errorf("have %+v, want o1", g)
	}
}

func TestFullStreamIsAnErrorOfTheEmitter(t *testing.T) {
	b := svctest.NewBroker(t)
	_, stop := run(t, b.URL(), "events: {max_bytes: 1048576}", probe(``, nil))
	stop() // and what it wants is kept
	d := dial(t, b, "payments").Dispatcher()
	large := events.Raw{ContentType: "application/octet-stream", Body: make([]byte, 200<<10)}
	var err error
	for range 10 {
		if err = d(t.Context(), "paid", large); err != nil {
			break
		}
	}
	if !errors.Is(err, broker.ErrFull) || fault.CodeOf(err) != fault.Exhausted {
		t.Errorf("have %v, want ErrFull", err)
	}
	wantText(t, err, "emit payments.paid", "stream EVT_payments is full")
}

func TestEmitWithoutStorageSaysSo(t *testing.T) {
	s, err := events.Dial(plain.Server(t).ClientURL(), "payments")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	err = s.Dispatcher()(await.Within(t), "paid", Payment{})
	wantText(t, err, "emit payments.paid", "JetStream is off")
	if !errors.Is(err, broker.ErrNoJetStream) {
		t.Errorf("have %v, want ErrNoJetStream", err)
	}
	if err := s.Dispatcher()(await.Within(t), "paid", Payment{}, events.Unreliable()); err != nil {
		t.Errorf("have %v, want it sent: that needs no storage", err)
	}
}

func TestEmitWaitsForTheBrokerNoLongerThanItIsTold(t *testing.T) {
	b := svctest.NewBroker(t)
	s := dial(t, b, "payments", events.WithTimeout(50*time.Millisecond))
	emit(t, s.Dispatcher(), "paid", Payment{})
	b.Stop()
	await.Until(t, "the loss is noticed", func() bool { return s.Connection().Send(&broker.Msg{Subject: "x"}) != nil })
	err := s.Dispatcher()(t.Context(), "paid", Payment{})
	if !errors.Is(err, events.ErrNotStored) || fault.CodeOf(err) != fault.Timeout {
		t.Errorf("have %v, want ErrNotStored", err)
	}
	wantText(t, err, "50ms", "events.WithTimeout", "not connected")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	wantText(t, s.Dispatcher()(ctx, "paid", Payment{}), "the deadline of the context")
	b.Restart()
	if err := s.Dispatcher()(await.Within(t), "paid", Payment{}); err != nil {
		t.Errorf("have %v, want it stored once the broker is back", err)
	}
}

func TestWhatCannotBeEmittedIsRefused(t *testing.T) {
	b := svctest.NewBroker(t)
	d := dial(t, b, "payments").Dispatcher()
	for _, tt := range []struct {
		name, event string
		payload     any
		options     []events.EmitOption
		want        string
	}{
		{"no name", "", nil, nil, `have event ""`},
		{"a pattern", "order.*", nil, nil, `have event "order.*"`},
		{"a space", "order paid", nil, nil, `have event "order paid"`},
		{"a long name", string(make([]byte, 300)), nil, nil, "have an event of 300 bytes"},
		{"a payload that has no form", "paid", make(chan int), nil, "chan int"},
		{"a field that is not there", "paid", Payment{}, []events.EmitOption{events.KeyBy("customer")}, `no field "customer"`},
		{"a key without a struct", "paid", 5, []events.EmitOption{events.KeyBy("customer")}, "have int, want a struct"},
		{"a key of nothing", "paid", nil, []events.EmitOption{events.KeyBy("customer")}, "have no payload"},
		{"an id with a comma", "paid", nil, []events.EmitOption{events.ID("a,b")}, `have id "a,b"`},
		{"a time too far", "paid", nil, []events.EmitOption{events.After(10_000 * time.Hour)}, "within a year"},
		{"unreliable and mandatory", "paid", nil, []events.EmitOption{events.Unreliable(), events.Mandatory()}, "neither wait nor be mandatory"},
		{"mandatory and later", "paid", nil, []events.EmitOption{events.Mandatory(), events.After(time.Hour)}, "cannot be mandatory"},
		{"unreliable and later", "paid", nil, []events.EmitOption{events.Unreliable(), events.After(time.Hour)}, "neither wait nor be mandatory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := d(t.Context(), tt.event, tt.payload, tt.options...)
			if !errors.Is(err, events.ErrBadEvent) {
				t.Errorf("have %v, want ErrBadEvent", err)
			}
			wantText(t, err, "emit", tt.want)
		})
	}
}

func TestEventIsEmittedByItsSourceOnly(t *testing.T) {
	d := dial(t, svctest.NewBroker(t), "orders").Dispatcher()
	wantText(t, paid.Emit(t.Context(), d, Payment{}), "emit payments.paid: this is orders")
}

func TestSourceOfAProgramIsAName(t *testing.T) {
	_, err := events.Dial("", "a.b")
	wantText(t, err, `have source "a.b"`)
}

func TestContextDataTravelsWithAnEvent(t *testing.T) {
	b, came := svctest.NewBroker(t), make(chan map[string]string, 1)
	svctest.New(t, b, probe(``, func(ctx context.Context, _ Payment) error { came <- entrypoint.Data(ctx); return nil }))
	ctx := entrypoint.WithData(t.Context(), "language", " de\n")
	if err := dial(t, b, "payments").Dispatcher()(ctx, "paid", Payment{}); err != nil {
		t.Fatal(err)
	}
	if data := await.Take(t, came); data["language"] != " de\n" {
		t.Errorf("have %q, want the data as it was", data)
	}
}

// Versions before had one consumer for all sources, which JetStream does not let be
// beside others.
func TestEventOfLaterOutlivesTheConsumerOfAnEarlierVersion(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	svctest.New(t, b, p).Stop()
	emitter := dial(t, b, "payments")
	d := emitter.Dispatcher()
	emit(t, d, "paid", Payment{Order: "before"}, events.After(300*time.Millisecond))
	if err := emitter.Close(); err != nil {
		t.Fatal(err)
	}
	old := dial(t, b, "old")
	queue, err := old.Connection().FindStream(t.Context(), "LATER")
	if err != nil {
		t.Fatal(err)
	}
	if err := queue.DropConsumer(t.Context(), "due--payments"); err != nil {
		t.Fatal(err)
	}
	held := make(chan *broker.Delivery, 10)
	former, err := queue.Receive(t.Context(), broker.ConsumerConfig{Name: "due", MaxHeld: -1, Slots: func() int { return 100 }},
		func(d *broker.Delivery) { held <- d })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = former.Stop(context.WithoutCancel(t.Context())) })
	await.Take(t, held) // and it is asked for more, as long as the old process runs

	svctest.New(t, b, p)
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{Order: "after"}, events.After(50*time.Millisecond))
	seen := p.book.orders(t, 2)
	slices.Sort(seen)
	if !slices.Equal(seen, []string{"after", "before"}) {
		t.Errorf("have %v, want what was stored before, and what was after", seen)
	}
	if _, found, err := queue.Consumer(t.Context(), "due"); found || err != nil {
		t.Errorf("have the consumer of the earlier version (%v), want it gone", err)
	}
}
