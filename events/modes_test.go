package events_test

import (
	"context"
	"slices"
	"testing"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// Each mode with and without storage. Two instances of one service and one of another
// handle each event.
func TestModeSaysWhoGetsAnEvent(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		want [3]int // that the first service gets in sum, the other one, and both
	}{
		{``, [3]int{10, 10, 20}},
		{`mode:"service_pool" reliable:"false"`, [3]int{10, 10, 20}},
		{`mode:"singleton"`, [3]int{-1, -1, 10}},
		{`mode:"singleton" reliable:"false"`, [3]int{-1, -1, 10}},
		{`mode:"broadcast"`, [3]int{20, 10, 30}},
		{`mode:"broadcast" reliable:"false"`, [3]int{20, 10, 30}},
	} {
		t.Run(tt.tag, func(t *testing.T) {
			b := svctest.NewBroker(t)
			one, two, other := probe(tt.tag, nil), probe(tt.tag, nil), probe(tt.tag, nil)
			svctest.New(t, b, one)
			svctest.New(t, b, two)
			svctest.New(t, b, &Other{Probe: *other})
			d := dial(t, b, "payments").Dispatcher()
			for _, p := range payments(10) {
				emit(t, d, "paid", p)
			}
			await.Until(t, "all have come", func() bool { return len(one.book)+len(two.book)+len(other.book) == tt.want[2] })
			if have := len(one.book) + len(two.book); tt.want[0] >= 0 && have != tt.want[0] {
				t.Errorf("have %d at the first service, want %d", have, tt.want[0])
			}
			if have := len(other.book); tt.want[1] >= 0 && have != tt.want[1] {
				t.Errorf("have %d at the other, want %d", have, tt.want[1])
			}
		})
	}
}

func TestPatternTakesInSeveralTypes(t *testing.T) {
	for pattern, want := range map[string][]string{
		"order.*":    {"order.paid", "order.sent"},
		"order.>":    {"order.paid", "order.sent", "order.sent.late"},
		"*.paid":     {"order.paid"},
		"paid":       {"paid"},
		"order.paid": {"order.paid"},
	} {
		t.Run(pattern, func(t *testing.T) {
			b := svctest.NewBroker(t)
			p := &Probe{tags: []string{`source:"payments" event:"` + pattern + `"`}, book: newBook()}
			svctest.New(t, b, p)
			d := dial(t, b, "payments").Dispatcher()
			for _, event := range []string{"order.paid", "paid", "order.sent", "order.sent.late"} {
				emit(t, d, event, Payment{})
			}
			var have []string
			for range want {
				have = append(have, await.Take(t, p.book).info.Type)
			}
			if slices.Sort(have); !slices.Equal(have, want) || len(p.book) > 0 {
				t.Errorf("have %v and %d more, want %v", have, len(p.book), want)
			}
		})
	}
}

func TestTwoHandlersOfOneServiceBothGetAnEvent(t *testing.T) {
	b := svctest.NewBroker(t)
	p := &Probe{tags: []string{`source:"payments" event:"paid"`, `source:"payments" event:"*"`}, book: newBook()}
	svctest.New(t, b, p)
	emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{})
	p.book.orders(t, 2)
}

func TestUnreliableEventIsLostWhileNobodyListens(t *testing.T) {
	b := svctest.NewBroker(t)
	program := dial(t, b, "payments")
	d := program.Dispatcher()
	emit(t, d, "paid", Payment{Order: "before"}, events.Unreliable())
	if err := program.Connection().Flush(await.Within(t)); err != nil {
		t.Fatal(err)
	}
	p := probe(`reliable:"false"`, nil)
	svctest.New(t, b, p)
	emit(t, d, "paid", Payment{Order: "after"}, events.Unreliable())
	if g := await.Take(t, p.book); g.payment.Order != "after" {
		t.Errorf("have %+v, want what was sent after", g)
	}
}

func TestRawHandlerGetsAnEventAsItCame(t *testing.T) {
	b, came := svctest.NewBroker(t), make(chan events.Raw, 1)
	svctest.New(t, b, &Probe{raw: func(_ context.Context, r events.Raw) error { came <- r; return nil }})
	want := events.Raw{ContentType: "text/plain", Body: []byte("hello")}
	emit(t, dial(t, b, "payments").Dispatcher(), "raw", want)
	if r := await.Take(t, came); r.ContentType != want.ContentType || string(r.Body) != "hello" {
		t.Errorf("have %v, want %v", r, want)
	}
}
