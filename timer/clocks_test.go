package timer_test

import (
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/enoki-go/enoki/broker"
	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
	"github.com/enoki-go/enoki/timer"
)

func dial(t *testing.T, b *svctest.Broker) *broker.Conn {
	t.Helper()
	settings := broker.Defaults()
	settings.URL = b.URL()
	c, err := broker.Dial(settings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop(t.Context()) })
	return c
}

// Where clocks differ by less than ten minutes, each due time is stored once and none
// is left out.
func TestClocksThatDifferDoubleNothing(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	c := dial(t, b)
	began := time.Now().Truncate(time.Minute)
	ahead := []time.Duration{0, 4 * time.Minute, -5 * time.Minute, 17 * time.Millisecond}
	tellers := make([]*timer.Teller, len(ahead))
	for i := range tellers {
		var err error
		if tellers[i], err = timer.NewTeller(await.Within(t), c, time.Minute, began); err != nil {
			t.Fatal(err)
		}
	}
	for now := began; now.Before(began.Add(time.Hour)); now = now.Add(30 * time.Second) {
		for i, d := range ahead {
			if err := tellers[i].Tell(await.Within(t), now.Add(d)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var last int64
	_, s := stream(t, b.URL())
	state := s.CachedInfo().State
	for n := state.FirstSeq; n <= state.LastSeq; n++ {
		m, err := s.GetMsg(await.Within(t), n)
		if err != nil {
			t.Fatal(err)
		}
		due, err := strconv.ParseInt(m.Header.Get("Svc-Due"), 10, 64)
		if err != nil || last > 0 && due-last != time.Minute.Milliseconds() {
			t.Errorf("%d follows %d, want it a minute after (%v)", due, last, err)
		}
		last = due
	}
	if state.Msgs < 50 {
		t.Errorf("have %d ticks, want those of an hour", state.Msgs)
	}
}

// A clock that was an hour fast has stored a tick; the others do not wait for it.
func TestTickFromTheFutureStopsNothing(t *testing.T) {
	t.Parallel()
	b := svctest.NewBroker(t)
	c := dial(t, b)
	mad, err := timer.NewTeller(await.Within(t), c, 250*time.Millisecond, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := mad.Tell(await.Within(t), time.Now().Add(time.Hour+time.Second)); err != nil {
		t.Fatal(err)
	}
	w := &tower{}
	launch(t, b.URL(), &Chime{job: often, tell: w})
	await.Until(t, "there are three ticks", func() bool { return len(w.heard()) >= 3 }, limit)
}
