package svctest_test

import (
	"errors"
	"fmt"

	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Mailer handles the events of a service that the test does not have.
type Mailer struct {
	_ events.Handler `method:"OnPaid" source:"payments" event:"paid"`
}

// OnPaid wants to know who has paid.
func (*Mailer) OnPaid(who string) error {
	if who == "" {
		return errors.New("nobody")
	}
	return nil
}

func ExampleWorld_Emit() {
	t := new(tb)
	defer t.end()

	w := svctest.New(t, &Mailer{})
	mailed := w.Expect("mailer", "OnPaid", func(e service.CallEnded) bool { return e.Err == nil })
	w.Emit("payments.paid", "ann")
	fmt.Println(mailed.Wait().Call.Name)
	// Output: on_paid
}
