package dependency_test

import (
	"testing"

	"github.com/enoki-go/enoki/dependency"
)

func TestACallKnowsTheEventThatItHandles(t *testing.T) {
	t.Parallel()
	want := dependency.InboxEntry{Database: "orders", Consumer: "shop--on_paid", ID: "7"}
	ctx := dependency.WithInbox(t.Context(), want)
	if have, ok := dependency.InboxOf(ctx); !ok || have != want {
		t.Errorf("have %v, %t, want %v", have, ok, want)
	}
	if have, ok := dependency.InboxOf(t.Context()); ok {
		t.Errorf("have %v outside an event, want none", have)
	}
}

func TestWhoGaveTheEventLearnsThatItWasHandled(t *testing.T) {
	t.Parallel()
	given := dependency.WithInbox(t.Context(), dependency.InboxEntry{ID: "7"})
	if dependency.Handled(given) {
		t.Error("have an event that was handled before, want a new one")
	}
	dependency.SetHandled(dependency.WithScope(given))
	if !dependency.Handled(given) {
		t.Error("have a new event, want one that was handled before")
	}
}

func TestNothingIsHandledOutsideAnEvent(t *testing.T) {
	t.Parallel()
	dependency.SetHandled(t.Context())
	if dependency.Handled(t.Context()) {
		t.Error("have a handled event, want none")
	}
}
