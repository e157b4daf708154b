package events_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

var errDeclined = fault.Declare("bank.declined", fault.Conflict, "declined")

// letters returns the dead letters of a broker.
func letters(t *testing.T, b *svctest.Broker) []events.Letter {
	t.Helper()
	conn := dial(t, b, "tool").Connection()
	dead, err := events.OpenDeadLetters(await.Within(t), conn)
	if err != nil {
		t.Fatal(err)
	}
	var all []events.Letter
	for l, err := range dead.All(await.Within(t), events.LetterFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func TestFailedEventComesAgainLaterEachTimeAndThenIsDead(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`attempts:"3" backoff:"100ms"`, func(context.Context, Payment) error { return errDeclined.Explain("declined\nby the bank") })
	w := svctest.New(t, b, p)
	began := time.Now()
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{Order: "o1"}, events.ID("e1"))
	for attempt := 1; attempt <= 3; attempt++ {
		if g := await.Take(t, p.book); g.info.Attempt != attempt || g.info.ID != "e1" {
			t.Errorf("have %+v, want attempt %d", g, attempt)
		}
	}
	if waited := time.Since(began); waited < 270*time.Millisecond {
		t.Errorf("have three attempts after %v, want waits of 100 and 200 ms", waited)
	}
	await.Until(t, "it is dead", func() bool { return strings.Contains(w.Log(), "event is dead") })
	all := letters(t, b)
	if len(all) != 1 {
		t.Fatalf("have %d dead letters, want one", len(all))
	}
	l := all[0]
	if l.Handler != "probe.take" || l.Event != "payments.paid" || l.ID != "e1" || l.Attempts != 3 || l.Reason != "failed" ||
		l.Name != "bank.declined" || l.Error != "declined by the bank" || l.Last.Before(l.First) || l.Emitted.IsZero() {
		t.Errorf("have %+v", l)
	}
}

func TestFailingEventStopsNoOther(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`workers:"1" attempts:"2" backoff:"1ms"`, func(_ context.Context, p Payment) error {
		if p.Amount%10 == 0 {
			return errDeclined
		}
		return nil
	})
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	for _, payment := range payments(100) {
		emit(t, d, "paid", payment)
	}
	p.book.orders(t, 110)
	await.Until(t, "ten are dead", func() bool { return len(letters(t, b)) == 10 })
}

func TestHandlerSaysWhatBecomesOfItsEvent(t *testing.T) {
	for _, tt := range []struct {
		name string
		tag  string
		err  error
		want int // times that it comes
	}{
		{"dropped by the error", ``, events.Drop(errDeclined), 1},
		{"dropped without a reason", ``, events.Drop(nil), 1},
		{"dropped by the tag", `on_error:"drop"`, errDeclined, 1},
		{"tried again when it says", `backoff:"1h" attempts:"2"`, events.RetryAfter(time.Millisecond, nil), 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := svctest.NewBroker(t)
			var failed atomic.Int64
			p := probe(tt.tag, func(_ context.Context, p Payment) error {
				if p.Order == "bad" && failed.Add(1) < 2 {
					return tt.err
				}
				return nil
			})
			svctest.New(t, b, p)
			d := dial(t, b, "payments").Dispatcher()
			emit(t, d, "paid", Payment{Order: "bad"})
			for range tt.want {
				if g := await.Take(t, p.book); g.payment.Order != "bad" {
					t.Fatalf("have %+v, want the bad one", g)
				}
			}
			emit(t, d, "paid", Payment{Order: "good"})
			if g := await.Take(t, p.book); g.payment.Order != "good" {
				t.Errorf("have %+v, want the good one", g)
			}
			if dead := letters(t, b); len(dead) > 0 {
				t.Errorf("have %d dead letters, want none", len(dead))
			}
		})
	}
}

func TestEventThatCannotBeReadIsDeadAtOnce(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(``, nil)
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	emit(t, d, "paid", events.Raw{ContentType: "application/json", Body: []byte(`"no object"`)})
	emit(t, d, "paid", events.Raw{ContentType: "text/csv", Body: []byte(`1,2`)})
	emit(t, d, "paid", events.Raw{ContentType: "application/json", Body: []byte(`{`)})
	await.Until(t, "three are dead", func() bool { return len(letters(t, b)) == 3 })
	for _, l := range letters(t, b) {
		if l.Reason != "unreadable" || l.Error == "" {
			t.Errorf("have %+v, want unreadable and why", l)
		}
	}
	if len(p.book) > 0 {
		t.Errorf("have %d events handled, want none", len(p.book))
	}
}

func TestPanicOfAHandlerIsAnErrorLikeAnyOther(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`attempts:"1"`, func(context.Context, Payment) error { panic("oops") })
	svctest.New(t, b, p)
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{})
	await.Until(t, "it is dead", func() bool { return len(letters(t, b)) == 1 })
	if l := letters(t, b)[0]; !strings.Contains(l.Error, "oops") {
		t.Errorf("have %+v, want the panic", l)
	}
}

func TestAttemptThatTakesTooLongIsAnError(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`attempts:"1" timeout:"20ms"`, func(ctx context.Context, _ Payment) error { <-ctx.Done(); return ctx.Err() })
	svctest.New(t, b, p)
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{})
	await.Until(t, "it is dead", func() bool { return len(letters(t, b)) == 1 })
}

// Errors of a handler count, deliveries that a stop gave back do not.
func TestStopsDoNotCountAsAttempts(t *testing.T) {
	b := svctest.NewBroker(t)
	entered := make(chan int, 100)
	blocked := func(ctx context.Context, _ Payment) error { entered <- 1; <-ctx.Done(); return ctx.Err() }
	d := dial(t, b, "payments").Dispatcher()
	for i := range 4 {
		p := probe(`attempts:"2"`, blocked)
		w := svctest.New(t, b, svctest.Config("drain: 1ms"), p)
		if i == 0 {
			emit(t, d, "paid", Payment{Order: "o1"})
		}
		await.Take(t, entered)
		w.Stop()
	}
	p := probe(`attempts:"2"`, nil)
	svctest.New(t, b, p)
	if g := await.Take(t, p.book); g.payment.Order != "o1" {
		t.Errorf("have %+v, want o1 after four stops", g)
	}
	if dead := letters(t, b); len(dead) > 0 {
		t.Errorf("have %+v, want no dead letter", dead)
	}
}

func TestErrorsKeepTheirCause(t *testing.T) {
	why := errors.New("why")
	if !errors.Is(events.Drop(why), why) || !errors.Is(events.RetryAfter(1, why), why) {
		t.Error("have another error, want the cause")
	}
	for _, err := range []error{events.Drop(nil), events.RetryAfter(time.Second, nil)} {
		if err.Error() == "" || errors.Unwrap(err) != nil {
			t.Errorf("have %q, want a text of its own and no cause", err)
		}
	}
}
