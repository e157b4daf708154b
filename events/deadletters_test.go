package events_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/internal/plain"
	svctest "github.com/enoki-go/enoki/testing"
)

// open returns the dead letters of a broker.
func open(t *testing.T, b *svctest.Broker) *events.DeadLetters {
	t.Helper()
	dead, err := events.OpenDeadLetters(await.Within(t), dial(t, b, "tool").Connection())
	if err != nil {
		t.Fatal(err)
	}
	return dead
}

// die waits until n events are dead, and returns their letters.
func die(t *testing.T, b *svctest.Broker, n int) []events.Letter {
	t.Helper()
	var all []events.Letter
	await.Until(t, "they are dead", func() bool { all = letters(t, b); return len(all) >= n })
	if len(all) != n {
		t.Fatalf("have %d dead letters, want %d", len(all), n)
	}
	return all
}

func TestLookingForDeadLettersMakesNothing(t *testing.T) {
	b := svctest.NewBroker(t)
	dead := open(t, b)
	for l, err := range dead.All(t.Context(), events.LetterFilter{}) {
		t.Errorf("have %+v, %v, want none", l, err)
	}
	for _, number := range []uint64{0, 1} {
		if _, err := dead.Get(t.Context(), number); !errors.Is(err, events.ErrNoLetter) {
			t.Errorf("letter %d: have %v, want ErrNoLetter", number, err)
		}
	}
	if err := dead.Drop(t.Context(), events.Letter{Number: 1}); err != nil {
		t.Error(err)
	}
	if names, err := dial(t, b, "tool").Connection().Streams(t.Context(), ">"); err != nil || len(names) > 0 {
		t.Errorf("have streams %v, %v, want none", names, err)
	}
	// Those that come later are found.
	svctest.New(t, b, probe(`attempts:"1"`, func(context.Context, Payment) error { return errDeclined }))
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{})
	die(t, b, 1)
	if _, err := dead.Get(t.Context(), 1); err != nil {
		t.Error(err)
	}
	if _, err := dead.Get(await.Within(t), 0); !errors.Is(err, events.ErrNoLetter) {
		t.Errorf("letter 0: have %v, want ErrNoLetter", err)
	}
}

func TestDeadLettersNeedStorage(t *testing.T) {
	s, err := events.Dial(plain.Server(t).ClientURL(), "tool")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := events.OpenDeadLetters(await.Within(t), s.Connection()); !errors.Is(err, broker.ErrNoJetStream) {
		t.Errorf("have %v, want ErrNoJetStream", err)
	}
}

func TestDeadLetterHoldsWhatTravelledWithTheEvent(t *testing.T) {
	b := svctest.NewBroker(t)
	svctest.New(t, b, probe(`attempts:"1"`, func(context.Context, Payment) error { return errDeclined }))
	ctx := entrypoint.WithData(t.Context(), "user", "ann")
	if err := dial(t, b, "payments").Dispatcher()(ctx, "paid", Payment{"o1", 5}, events.Key("o 1")); err != nil {
		t.Fatal(err)
	}
	l := die(t, b, 1)[0]
	if l.Key != "o 1" || !maps.Equal(l.Data, map[string]string{"user": "ann"}) {
		t.Errorf("have key %q and data %v", l.Key, l.Data)
	}
	if text, err := l.Payload.JSON(); err != nil || string(text) != `{"amount":5,"order":"o1"}` {
		t.Errorf("have payload %s, %v", text, err)
	}
}

func TestDeadLettersAreFiltered(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`attempts:"1"`, func(context.Context, Payment) error { return errDeclined.Explain("declined by the bank") })
	p.tags = append(p.tags, `source:"payments" event:"refund.*" attempts:"1"`)
	other := probe(`attempts:"1"`, func(context.Context, Payment) error { return errors.New("no ink") })
	svctest.New(t, b, p, &Other{Probe: *other})
	d := dial(t, b, "payments").Dispatcher()
	emit(t, d, "paid", Payment{Order: "o1"}) // dies twice
	emit(t, d, "refund.late", Payment{Order: "o2"})
	emit(t, d, "refund.late", events.Raw{ContentType: "application/json", Body: []byte("[]")})
	die(t, b, 4)
	for _, tt := range []struct {
		filter events.LetterFilter
		want   int
	}{
		{events.LetterFilter{}, 4},
		{events.LetterFilter{Handler: "probe.take"}, 3},
		{events.LetterFilter{Handler: "probe.*"}, 3},
		{events.LetterFilter{Handler: "prob.*"}, 0},
		{events.LetterFilter{Event: "payments.paid"}, 2},
		{events.LetterFilter{Event: "*.refund.>"}, 2},
		{events.LetterFilter{Error: "bank.declined"}, 2},
		{events.LetterFilter{Error: "bank"}, 2},
		{events.LetterFilter{Error: "ink"}, 1},
		{events.LetterFilter{Reason: "unreadable"}, 1},
		{events.LetterFilter{Handler: "probe.take", Error: "bank", Event: "payments.paid", Reason: "failed"}, 1},
	} {
		var numbers []uint64
		for l, err := range open(t, b).All(t.Context(), tt.filter) {
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, l.Number)
		}
		if len(numbers) != tt.want || !slices.IsSorted(numbers) {
			t.Errorf("%+v: have %v, want %d, oldest first", tt.filter, numbers, tt.want)
		}
	}
}

func TestFilterThatNothingCanMatchIsRefused(t *testing.T) {
	b := svctest.NewBroker(t)
	for _, f := range []events.LetterFilter{
		{Handler: "probe"},
		{Handler: "*.take"},
		{Handler: "probe.take.x"},
		{Handler: "a b.c"},
		{Event: "payments"},
		{Event: ">.paid"},
		{Event: "payments."},
		{Reason: "old"},
	} {
		if f.Check() == nil {
			t.Errorf("%+v: have no error", f)
		}
		for l, err := range open(t, b).All(t.Context(), f) {
			wantText(t, err, "dead letters: have ", ", want ")
			if l.Number > 0 {
				t.Errorf("%+v: have %+v", f, l)
			}
		}
	}
}

func TestDroppedLetterIsGone(t *testing.T) {
	b := svctest.NewBroker(t)
	svctest.New(t, b, probe(`attempts:"1"`, func(context.Context, Payment) error { return errDeclined }))
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{})
	l, dead := die(t, b, 1)[0], open(t, b)
	for range 2 {
		if err := dead.Drop(t.Context(), l); err != nil {
			t.Error(err)
		}
	}
	_, err := dead.Get(t.Context(), l.Number)
	wantText(t, err, "there is no dead letter 1: it was replayed or dropped, or is older than 30 days")
}
