package rpc

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
)

// shop is what these tests call.
var shop = target{service: "shop", method: "buy"}

// flightsOf opens calls that are under way and ends them with the test.
func flightsOf(t *testing.T, c *caller, n int) []*flight {
	t.Helper()
	all := make([]*flight, n)
	for i := range all {
		all[i] = c.newFlight(shop)
		all[i].end = time.Now().Add(time.Hour)
		t.Cleanup(all[i].land)
	}
	return all
}

// lined puts calls in line, of a service that has answered before: that nobody hears of
// them is no reason to doubt that it exists.
func lined(t *testing.T, c *caller, n int) (*line, []*flight) {
	t.Helper()
	all := flightsOf(t, c, n)
	all[0].peer.answered.Store(true)
	l := all[0].peer.line(c, "buy")
	for _, f := range all {
		f.journey.state = waiting
		if err := f.join(l); err != nil {
			t.Fatal(err)
		}
	}
	return l, all
}

func waitingIn(t *testing.T, m *nats.Msg) int {
	t.Helper()
	var have ticket
	if err := json.Unmarshal(m.Data, &have); err != nil || have.Method != "buy" {
		t.Fatalf("have the ticket %s, want one of buy", m.Data)
	}
	return have.Waiting
}

// Red with code that sends a ticket for each call: it costs every instance a
// message for every call that waits.
func TestCallsThatJoinTogetherShareATicket(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, tickets, began := b.caller(), b.hear("svc.rpcw.shop.ticket"), time.Now()
	lined(t, c, 500)
	most, told := 2+int(time.Since(began)/ticketGap), 0
	for sent := 1; told < 500; sent++ {
		told = waitingIn(t, await.Take(t, tickets))
		if sent > most {
			t.Fatalf("have more than %d tickets for %d calls", most, told)
		}
	}
}

func TestLineThatCallsLeftTakesItsTicketBack(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, tickets := b.caller(), b.hear("svc.rpcw.shop.ticket")
	l, calls := lined(t, c, 3)
	for waitingIn(t, await.Take(t, tickets)) != 3 {
	}
	for _, f := range calls {
		l.leave(f)
		l.leave(f)
	}
	if have := waitingIn(t, await.Take(t, tickets)); have != 0 || l.peer.lined.Load() != 0 {
		t.Errorf("have a ticket of %d, %d in line; want none", have, l.peer.lined.Load())
	}
}

func TestLineThatOffersEmptiedSendsNothing(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, tickets := b.caller(), b.hear("svc.rpcw.shop.ticket")
	l, calls := lined(t, c, 2)
	for waitingIn(t, await.Take(t, tickets)) != 2 {
	}
	for range calls {
		if !l.give(heard{word: offer}) {
			t.Fatal("the offer was not used")
		}
	}
	l.remind(time.Now().Add(time.Hour), true)
	lined(t, c, 1)
	if have := waitingIn(t, await.Take(t, tickets)); have != 1 {
		t.Errorf("have a ticket of %d before the next call's, want none", have)
	}
}

func TestRemindersComeAtMostOnceASecondWithJitter(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, tickets := b.caller(), b.hear("svc.rpcw.shop.ticket")
	l, _ := lined(t, c, 1)
	await.Take(t, tickets)
	waits := make(map[time.Duration]bool)
	for range 20 {
		if l.again > ticketEvery || l.again <= ticketEvery*3/4 {
			t.Errorf("have %v between reminders, want 0.75 to 1 s", l.again)
		}
		waits[l.again] = true
		due := l.toldAt.Add(l.again)
		l.remind(due.Add(-time.Nanosecond), false)
		if !l.toldAt.Before(due.Add(-time.Nanosecond)) {
			t.Fatal("the instances were reminded too early")
		}
		if l.remind(due, false); !l.toldAt.Equal(due) {
			t.Fatal("the instances were not reminded")
		}
		await.Take(t, tickets)
	}
	if len(waits) < 2 {
		t.Errorf("have always the same time between reminders, want jitter: %v", waits)
	}
	now := l.toldAt.Add(time.Nanosecond)
	if l.remind(now, true); !l.toldAt.Equal(now) {
		t.Error("the instances were not reminded at once after a reconnect")
	}
}

func TestOldestCallIsServedFirstUntilHalfOfItsTimeIsUp(t *testing.T) {
	t.Parallel()
	c := newBus(t).caller()
	l, calls := lined(t, c, 3)
	half := calls[0].half
	for _, tt := range []struct {
		now  time.Time
		want int
	}{{half.Add(-time.Second), 0}, {half, 0}, {half.Add(1), 2}, {half.Add(time.Hour), 2}} {
		if have := l.turn(tt.now); have != tt.want {
			t.Errorf("%v after half of its time: have call %d, want %d", tt.now.Sub(half), have, tt.want)
		}
	}
	calls[0].half = time.Now().Add(-time.Second)
	l.give(heard{word: offer})
	if len(calls[2].mail) != 1 || len(calls[0].mail) != 0 {
		t.Error("the offer did not go to the newest call")
	}
}

func TestFullLineRefusesAndNamesTheSetting(t *testing.T) {
	t.Parallel()
	c := newBus(t).caller()
	c.settings.Waiting = 2
	l, _ := lined(t, c, 2)
	err := flightsOf(t, c, 1)[0].join(l)
	if want := "2 calls of shop.buy wait in this process already (configuration key rpc.waiting)"; !errors.Is(err, ErrOverloaded) || err.Error() != want {
		t.Errorf("have %v, want ErrOverloaded: %s", err, want)
	}
	if l.len() != 2 || l.peer.lined.Load() != 2 {
		t.Errorf("have %d in line, want 2", l.len())
	}
}

func TestOfferGoesToACallOrBack(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, declined := b.caller(), b.hear("svc.rpci.shop.a.*")
	l, calls := lined(t, c, 1)
	bid := func(number string) *broker.Msg {
		return &broker.Msg{Reply: "svc.rpci.shop.a." + number, Header: broker.Header{headerKind: {kindOffer}, headerInst: {"a"}}}
	}
	l.Receive(&broker.Msg{Reply: "svc.rpci.shop.a.0"})
	l.Receive(&broker.Msg{Header: bid("0").Header})
	l.Receive(bid("1"))
	if h := await.Take(t, calls[0].mail); h.word != offer || h.instance != "a" || h.bind != "svc.rpci.shop.a.1" {
		t.Errorf("have %+v, want the first offer", h)
	}
	l.Receive(bid("2"))
	if m := await.Take(t, declined); m.Subject != "svc.rpci.shop.a.2" || m.Header.Get(headerKind) != kindDecline {
		t.Errorf("have %s %v, want the second offer declined", m.Subject, m.Header)
	}
}

func TestLineKnowsWhetherAnybodyListens(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	c, _ := b.caller(), b.hear("svc.rpcw.shop.ticket") // the broker itself reports nobody
	l, _ := lined(t, c, 1)
	if l.Receive(&broker.Msg{Header: broker.Header{"Status": {"503"}}}); !l.down.Load() {
		t.Error("nobody heard the ticket: have an instance running")
	}
	if l.Receive(&broker.Msg{Reply: "x", Header: broker.Header{headerKind: {kindOffer}}}); l.down.Load() {
		t.Error("an instance made an offer: have none running")
	}
}

// Red with code that takes a call out of the line whether it has room or not: it
// would wait for its deadline.
func TestCallWithoutRoomForAnOfferStaysInLine(t *testing.T) {
	t.Parallel()
	c := newBus(t).caller()
	l, calls := lined(t, c, 1)
	for calls[0].post(heard{word: accept}) {
	}
	if l.give(heard{word: offer}) || l.len() != 1 {
		t.Errorf("have %d in line, want the call there and the offer unused", l.len())
	}
}
