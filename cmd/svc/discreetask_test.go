package main

import "testing"

func TestWhatIsKnownOfEventsGrows(t *testing.T) {
	t.Parallel()
	s := sensitivity{asked: true}
	s.add("bank.>", []string{"card"})
	s.add("bank.paid", []string{"pin"})
	s.add("bank.>", []string{"card", "*"})
	for event, want := range map[string]int{"bank.paid": 3, "bank.owed": 2, "shop.paid": 0} {
		if have := s.of(event); len(have) != want {
			t.Errorf("%s: have %q, want %d paths", event, have, want)
		}
	}
}
