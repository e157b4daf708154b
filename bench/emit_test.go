package main

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"
)

// An event that reached another contestant's handler would be counted as its own.
func TestEventsReachTheirOwnHandlerOnce(t *testing.T) {
	t.Parallel()
	bus := launchBroker(t, context.WithoutCancel(t.Context())) // ends after those that it serves
	all := slices.Concat(keepers, listeners)
	for _, c := range all {
		startSite(t, c, bus.url)
	}
	const events = 20
	clients := make([]client, len(all))
	for i, c := range all {
		var err error
		if clients[i], err = c.dial(assignment{Role: roleClient, Contestant: c.name, URL: bus.url}); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		defer func() { _ = clients[i].close() }() // everything is counted
		r := round{InFlight: 2, Size: smallName, Unhandled: many, Events: events, Duration: time.Minute}
		if got, err := r.run(t.Context(), clients[i]); err != nil || got.Calls != events {
			t.Errorf("%s: have %d events and error %v, want %d", c.name, got.Calls, err, events)
		}
	}
	for i, c := range all {
		if err := clients[i].emitter.window.empty(t.Context()); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if handled, emitted := clients[i].emitter.window.counts(); handled != emitted {
			t.Errorf("%s: have %d events handled, want %d", c.name, handled, emitted)
		}
	}
}

func TestEventsThatAreLostAreAnError(t *testing.T) {
	t.Parallel()
	a := assignment{Contestant: "lossy", URL: launchBroker(t, t.Context()).url}
	nc, err := connectRaw(a)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	subject := reportSubject(a.Contestant) + ".now"
	if _, err = nc.Subscribe(subject, func(m *nats.Msg) { _ = m.Respond(writeCount(3)) }); err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	w, err := openWindow(a)
	if err != nil {
		t.Fatal(err)
	}
	defer w.nc.Close()
	w.loss = time.Millisecond
	drop := &emitter{window: w, one: func(context.Context, happening) error { return nil }}
	_, err = round{InFlight: 1, Unhandled: many, Events: 5, Duration: time.Minute}.run(t.Context(), client{emitter: drop})
	if err == nil || !strings.Contains(err.Error(), "3 of 5 events are handled") {
		t.Errorf("have error %v, want one that says how many are missing", err)
	}
}

func TestNoMoreEventsAreUnhandledThanTheRoundAllows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := new(window)
		w.changed = sync.NewCond(&w.mu)
		entered := 0
		go func() { // ends with the fourth
			for range 4 {
				w.enter(t.Context(), 1, 3)
				entered++
			}
		}()
		synctest.Wait()
		if entered != 3 {
			t.Errorf("have %d events before one is handled, want 3", entered)
		}
		w.told(writeCount(1))
		synctest.Wait()
		if entered != 4 {
			t.Errorf("have %d events after one is handled, want 4", entered)
		}
	})
}

func TestMemoryIsShownWhileEventsPass(t *testing.T) {
	t.Parallel()
	r := smoke(t, "-flat", "200", "-run", "flat")
	if len(r.Calls)+len(r.Events) > 0 || len(r.Flat) != 4 {
		t.Fatalf("have %+v, want four stages and nothing else", r)
	}
	for i, want := range []int64{0, 20, 100, 200} {
		s := r.Flat[i]
		if s.Events < want || s.Events > want+int64(10*many) {
			t.Errorf("have stage %d after %d events, want %d", i, s.Events, want)
		}
		for p, size := range s.Resident {
			if size < 1e6 && runtime.GOOS == "linux" {
				t.Errorf("stage %d: have %v bytes of process %d, want megabytes", i, size, p)
			}
		}
	}
}
