package main

import (
	"cmp"
	"context"
	"testing"
)

// A request that reached another contestant's server would be measured as its
// own.
func TestContestantsDoNotAnswerForEachOther(t *testing.T) {
	t.Parallel()
	bus := launchBroker(t, context.WithoutCancel(t.Context())) // ends after those that it serves
	for _, c := range contestants {
		if got, err := greet(t, c, bus.url); err == nil {
			t.Errorf("%s: have greeting %q before it serves, want an error", c.name, got)
		}
		s := startSite(t, c, bus.url)
		got, err := greet(t, c, cmp.Or(s.url, bus.url))
		if err != nil || got != "Hello, world!" {
			t.Errorf("%s: have greeting %q and error %v, want Hello, world!", c.name, got, err)
		}
	}
}

// startSite lets a contestant serve until the test ends.
func startSite(t *testing.T, c contestant, url string) site {
	t.Helper()
	s, err := c.serve(assignment{Role: roleServer, Contestant: c.name, URL: url})
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("%s: stop: %v", c.name, err)
		}
	})
	return s
}

// greet asks a contestant for one greeting.
func greet(t *testing.T, c contestant, url string) (string, error) {
	t.Helper()
	asker, err := c.dial(assignment{Role: roleClient, Contestant: c.name, URL: url})
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	defer func() { _ = asker.close() }() // the greeting is there
	return asker.call(asker.context(), "world")
}

func TestPeersAreContestants(t *testing.T) {
	t.Parallel()
	for _, c := range contestants {
		if _, ok := contestantNamed(c.peer); !ok && c.peer != "" {
			t.Errorf("%s: have peer %q, want the name of a contestant", c.name, c.peer)
		}
	}
}
