package events_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// ill returns what handlers do that fail until they are mended.
func ill() (handle func(context.Context, Payment) error, mend func()) {
	var mended atomic.Bool
	return func(context.Context, Payment) error {
		if mended.Load() {
			return nil
		}
		return errDeclined
	}, func() { mended.Store(true) }
}

func TestReplayedEventReachesItsHandlerAlone(t *testing.T) {
	b := svctest.NewBroker(t)
	handle, mend := ill()
	p, other := probe(`attempts:"2" backoff:"1ms"`, handle), probe(``, nil)
	svctest.New(t, b, p, &Other{Probe: *other})
	d := dial(t, b, "payments").Dispatcher()
	emit(t, d, "paid", Payment{Order: "o1"}, events.ID("e1"))
	l := die(t, b, 1)[0]
	p.book.orders(t, 2)
	other.book.orders(t, 1)
	mend()
	if err := open(t, b).Replay(t.Context(), l, ""); err != nil {
		t.Fatal(err)
	}
	if g := await.Take(t, p.book); g.payment.Order != "o1" || g.info.ID != "e1" || g.info.Attempt != 1 {
		t.Errorf("have %+v, want e1 as if it were new", g)
	}
	emit(t, d, "paid", Payment{Order: "o2"})
	if have := other.book.orders(t, 1); have[0] != "o2" {
		t.Errorf("have %v at another handler, want only what came after", have)
	}
	die(t, b, 0)
}

func TestReplayOfAllEndsThoughEventsDieAgain(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`attempts:"1"`, func(context.Context, Payment) error { return errDeclined })
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	for _, payment := range payments(3) {
		emit(t, d, "paid", payment)
	}
	die(t, b, 3)
	dead, replayed := open(t, b), 0
	for l, err := range dead.All(t.Context(), events.LetterFilter{}) {
		if err == nil {
			err = dead.Replay(t.Context(), l, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		replayed++
		await.Until(t, "it is dead again", func() bool { return len(letters(t, b)) == 3 })
	}
	if replayed != 3 {
		t.Errorf("have %d replayed, want the 3 that were there", replayed)
	}
}

// Who does not know whether a replay was stored replays again.
func TestSameLetterIsReplayedOnce(t *testing.T) {
	b := svctest.NewBroker(t)
	handle, mend := ill()
	p := probe(`attempts:"1"`, handle)
	svctest.New(t, b, p)
	d := dial(t, b, "payments").Dispatcher()
	emit(t, d, "paid", Payment{Order: "o1"})
	l := die(t, b, 1)[0]
	mend()
	for range 2 {
		if err := open(t, b).Replay(t.Context(), l, ""); err != nil {
			t.Fatal(err)
		}
	}
	emit(t, d, "paid", Payment{Order: "o2"})
	if have := p.book.orders(t, 3); !slices.Equal(slices.Sorted(slices.Values(have)), []string{"o1", "o1", "o2"}) {
		t.Errorf("have %v, want o1 dead, o1 again, o2", have)
	}
}

func TestReplayGoesToAnotherHandlerWhereThatIsSaid(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`attempts:"1"`, func(context.Context, Payment) error { return errDeclined })
	other := &Other{Probe{tags: []string{`source:"bank" event:"booked"`}, book: newBook()}}
	svctest.New(t, b, p, other)
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{Order: "o1"})
	l, dead := die(t, b, 1)[0], open(t, b)
	if subject, err := dead.Route(t.Context(), l, "other.take"); err != nil || subject != "svc.evt.bank.-.booked" {
		t.Errorf("have %q, %v, want the event that it takes", subject, err)
	}
	if subject, err := dead.Route(t.Context(), l, ""); err != nil || subject != "svc.evt.payments.-.paid" {
		t.Errorf("have %q, %v, want its own", subject, err)
	}
	die(t, b, 1)
	if err := dead.Replay(t.Context(), l, "other.take"); err != nil {
		t.Fatal(err)
	}
	if g := await.Take(t, other.book); g.payment.Order != "o1" || g.info.Type != "booked" {
		t.Errorf("have %+v, want o1 as what the handler takes", g)
	}
}

func TestReplayWithoutHandlerKeepsTheLetter(t *testing.T) {
	b := svctest.NewBroker(t)
	p := probe(`attempts:"1"`, func(context.Context, Payment) error { return errDeclined })
	svctest.New(t, b, p, &Other{Probe{tags: []string{`source:"bank" event:"*.booked"`}, book: newBook()}})
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{})
	l, dead := die(t, b, 1)[0], open(t, b)
	for to, want := range map[string]string{
		"probe.tke":  `no handler probe.tke is known to the broker; did you mean "probe.take"?`,
		"zzz.zzz":    "no handler zzz.zzz is known to the broker; handlers are other.take, probe.take",
		"other.take": "handler other.take takes bank.*.booked, which does not take in payments.paid",
	} {
		err := dead.Replay(t.Context(), l, to)
		wantText(t, err, "replay dead letter 1: "+want)
		if !errors.Is(err, events.ErrNoHandler) {
			t.Errorf("have %v, want ErrNoHandler", err)
		}
	}
	die(t, b, 1)
	if names, err := dead.Handlers(t.Context()); err != nil || !slices.Equal(names, []string{"other.take", "probe.take"}) {
		t.Errorf("have handlers %v, %v", names, err)
	}
}

// A replay is addressed to the consumer that has delivered the event: handlers may
// share one, and one may have several.
func TestReplayReachesWhoeverSharesTheConsumer(t *testing.T) {
	for _, tt := range []struct {
		name string
		tags []string
		same bool // the two services are instances of one
		dead int  // letters of one event
	}{
		{"a singleton of two services", []string{`source:"payments" event:"paid" attempts:"1" mode:"singleton"`}, false, 1},
		{"one instance of a broadcast", []string{`source:"payments" event:"paid" attempts:"1" mode:"broadcast"`}, true, 2},
		{"one of two patterns", []string{`source:"payments" event:"paid" attempts:"1"`, `source:"payments" event:"*" attempts:"1"`}, false, 4},
		{"an ordered handler", []string{`source:"payments" event:"paid" attempts:"1" ordered:"order"`}, false, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := svctest.NewBroker(t)
			handle, mend := ill()
			taken := newBook()
			p := Probe{tags: tt.tags, handle: handle, book: taken}
			svctest.New(t, b, &p)
			if tt.same {
				svctest.New(t, b, &p)
			} else {
				svctest.New(t, b, &Other{Probe: p})
			}
			d := dial(t, b, "payments").Dispatcher()
			emit(t, d, "paid", Payment{Order: "o1"}, events.Key("o1"))
			all := die(t, b, tt.dead)
			taken.orders(t, tt.dead)
			mend()
			for _, l := range all {
				if err := open(t, b).Replay(t.Context(), l, ""); err != nil {
					t.Fatal(err)
				}
				await.Take(t, taken)
			}
			emit(t, d, "paid", Payment{Order: "o2"}, events.Key("o1"))
			if have := strings.Join(taken.orders(t, tt.dead), " "); strings.Contains(have, "o1") {
				t.Errorf("have %s, want each letter handled again once", have)
			}
		})
	}
}

// Of those who share a consumer, one has made it. Whoever is given the event takes it.
func TestReplayToASingletonIsNotLost(t *testing.T) {
	b := svctest.NewBroker(t)
	handle, mend := ill()
	p := probe(`attempts:"1" mode:"singleton"`, handle)
	svctest.New(t, b, p)
	svctest.New(t, b, &Other{Probe: *p})
	d := dial(t, b, "payments").Dispatcher()
	for _, payment := range payments(20) {
		emit(t, d, "paid", payment)
	}
	all := die(t, b, 20)
	p.book.orders(t, 20)
	mend()
	dead := open(t, b)
	for _, l := range all {
		if err := dead.Replay(t.Context(), l, "probe.take"); err != nil {
			t.Fatal(err)
		}
	}
	p.book.orders(t, 20)
}

func TestReplayOnTheOldestBroker(t *testing.T) {
	url, namespace := old(t)
	handle, mend := ill()
	p := probe(`attempts:"2" backoff:"1ms"`, handle)
	run(t, url, "{broker: {namespace: "+namespace+"}, events: {max_bytes: 1048576}}", p)
	c := broker.Defaults()
	c.URL, c.Namespace = url, namespace
	s, err := events.Dial("", "payments", events.WithConfig(c))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	emit(t, s.Dispatcher(), "paid", Payment{Order: "o1"})
	dead, err := events.OpenDeadLetters(await.Within(t), s.Connection())
	if err != nil {
		t.Fatal(err)
	}
	var l events.Letter
	await.Until(t, "it is dead", func() bool { l, err = dead.Get(t.Context(), 1); return err == nil })
	p.book.orders(t, 2)
	mend()
	if err := dead.Replay(t.Context(), l, ""); err != nil {
		t.Fatal(err)
	}
	p.book.orders(t, 1)
	if _, err := dead.Get(t.Context(), 1); !errors.Is(err, events.ErrNoLetter) {
		t.Errorf("have %v, want ErrNoLetter", err)
	}
}
