package events_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/enoki-go/enoki/events"
	svctest "github.com/enoki-go/enoki/testing"
)

func TestEventIsTriedAgainTheNextDay(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		b := svctest.NewBroker(t)
		p := probe(`backoff:"24h" attempts:"2"`, func(context.Context, Payment) error { return errDeclined })
		svctest.New(t, b, p)
		began := time.Now()
		emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{})
		for n := range 2 {
			<-p.book
			if waited, want := time.Since(began), time.Duration(n)*24*time.Hour; waited < want*9/10 || waited > want*11/10+time.Second {
				t.Errorf("attempt %d comes after %v, want about %v", n+1, waited, want)
			}
		}
		synctest.Wait()
		if dead := letters(t, b); len(dead) != 1 {
			t.Errorf("have %d dead letters, want one", len(dead))
		}
	})
}

func TestEventOfTomorrowComesThen(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		b := svctest.NewBroker(t)
		p := probe(``, nil)
		svctest.New(t, b, p)
		due := time.Now().Add(24 * time.Hour)
		emit(t, dial(t, b, "payments").Dispatcher(), "paid", Payment{}, events.At(due))
		<-p.book
		if late := time.Since(due); late < 0 || late > time.Minute {
			t.Errorf("it comes %v after its time", late)
		}
	})
}

func TestHandlerOfAnotherEventFirstEmptiesItsOldQueue(t *testing.T) {
	svctest.Virtual(t, func(t *testing.T) {
		b := svctest.NewBroker(t)
		d := dial(t, b, "payments").Dispatcher()
		before := probe(``, nil)
		svctest.New(t, b, before).Stop()
		for _, payment := range payments(5) {
			emit(t, d, "paid", payment)
		}
		after := &Probe{tags: []string{`source:"payments" event:"settled"`}, book: newBook()}
		w := svctest.New(t, b, after)
		for range 5 {
			if g := <-after.book; g.info.Type != "paid" {
				t.Errorf("have %+v, want what was emitted before the change", g)
			}
		}
		time.Sleep(10 * time.Second) // until the old queue is gone
		emit(t, d, "paid", Payment{Order: "nobody wants it"})
		emit(t, d, "settled", Payment{Order: "o9"})
		if g := <-after.book; g.payment.Order != "o9" {
			t.Errorf("have %+v, want the new event", g)
		}
		if !strings.Contains(w.Log(), "handling events of a former handler") {
			t.Error("have nothing of it in the log")
		}
	})
}
