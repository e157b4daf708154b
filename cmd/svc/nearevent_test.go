package main

import "testing"

func TestTheNearestEventIsOneThatIsHandled(t *testing.T) {
	t.Parallel()
	handled := []string{"billing.raised", "billing.invoice.sent", "payments.paid", "audit.>", "stock.*"}
	for event, want := range map[string]string{
		"billing.raisd":        "billing.raised",
		"biling.raised":        "billing.raised",
		"biling.raisd":         "billing.raised",
		"billing.invoice.snet": "billing.invoice.sent",
		"billing.paid":         "", // of another source
		"payments.seen":        "", // the names are near as a whole, the types are not
		"shipping.raised":      "",
		"stocks.taken":         "", // a pattern is no event
	} {
		if have := nearestEvent(event, handled); have != want {
			t.Errorf("%s: have %q, want %q", event, have, want)
		}
	}
	if have := nearestEvent("billing.raisd", nil); have != "" {
		t.Errorf("have %q where nothing is handled", have)
	}
}
