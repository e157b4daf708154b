package svctest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Clerk handles events.
type Clerk struct {
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid" attempts:"1"`
}

// OnPaid takes no payment of nothing.
func (*Clerk) OnPaid(_ context.Context, amount int) error {
	if amount == 0 {
		return errors.New("nothing was paid")
	}
	return nil
}

func TestEmittedEventIsHandledAndCanBeWaitedFor(t *testing.T) {
	w := svctest.New(t, &Clerk{})
	handled := w.Expect("clerk", "OnPaid", func(e service.CallEnded) bool { return e.Err == nil })
	w.Emit("payments.paid", 0)
	w.Emit("payments.paid", 5)
	if e := handled.Wait(); e.Call.Kind != "event" {
		t.Errorf("have a call of kind %s, want an event", e.Call.Kind)
	}
	dead := w.Expect("clerk", "OnPaid")
	w.Emit("payments.paid", 0)
	dead.Wait()
	w.Stop() // it ends when the letters are stored
	if all := w.DeadLetters(); len(all) != 2 || all[0].Handler != "clerk.on_paid" {
		t.Errorf("have %+v, want the payments of nothing", all)
	}
}

func TestEventThatCannotBeEmittedFailsTheTest(t *testing.T) {
	for event, want := range map[string]string{
		"paid": `have "paid", want "source.type"`, "a b.paid": `have "a b.paid"`, "payments.a b": `have event "a b"`,
	} {
		other := failureOf(func(t *tb) { svctest.New(t, &Clerk{}).Emit(event, 5) })
		wantText(t, other, want)
	}
}
