package main

import (
	"os"
	"slices"
	"testing"

	"github.com/enoki-go/enoki/test/chaos/plan"
)

func TestWithoutFaultsEveryPromiseOfEventsIsKept(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want map[string]int // promises and what they are judged by at least
	}{
		{
			[]string{"-events", "-seconds", "6", "-rate", "60"},
			map[string]int{"P7": 2, "P9": 400, "P10": 40, "P11": 1, "P13": 2, "P14": 10, "P17": 2, "P21": 6},
		},
		{[]string{"-ordered", "-seconds", "3"}, map[string]int{"P7": 2, "P9": 60, "P11": 1, "P12": 60, "P17": 2, "P21": 5}},
		{[]string{"-timers", "-seconds", "5"}, map[string]int{"P15": 2, "P17": 2, "P21": 3}},
	} {
		t.Run(tt.args[0], func(t *testing.T) {
			t.Parallel()
			r, err := chaos(t, append(tt.args, "-processes", "2", "-faults", "none", "-seed", "1", "-slack", "2s")...)
			if err != nil {
				t.Errorf("run: have %v, want no violations", err)
			}
			for promise, least := range tt.want {
				if v := verdictOn(t, r.Enoki, promise); v.Count < least {
					t.Errorf("%s: looked at %d, want at least %d", promise, v.Count, least)
				}
			}
		})
	}
}

func TestHandlersWithoutOrderAreCaught(t *testing.T) {
	r, err := chaos(t, "-ordered", "-naive", "-seconds", "3", "-processes", "2", "-faults", "none", "-seed", "1", "-slack", "3s")
	if err != nil {
		t.Errorf("run: have %v, want no violations but those of naive", err)
	}
	if v := verdictOn(t, r.Naive, "P12"); v.Violations == 0 {
		t.Errorf("P12 without the tag ordered: have none of %d out of order, want some", v.Count)
	}
}

func TestFaultsOfEventsAreThoseOfTheMode(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want []plan.Kind
	}{
		{[]string{"-events"}, []plan.Kind{plan.Kill, plan.Freeze, plan.Double, plan.Term, plan.Broker}},
		{[]string{"-events", "-cluster"}, []plan.Kind{plan.Kill, plan.Freeze, plan.Double, plan.Term, plan.Stream}},
		{[]string{"-ordered"}, []plan.Kind{plan.Kill, plan.Freeze, plan.Double, plan.Term, plan.Broker}},
		{[]string{"-timers"}, []plan.Kind{plan.Active, plan.Broker}},
		{[]string{"-timers", "-faults", "active"}, []plan.Kind{plan.Active}},
		{[]string{"-events", "-faults", "none"}, nil},
	} {
		o, err := readOptions(append(tt.args, "-seconds", "150", "-seed", "7"), os.Stderr)
		if err != nil {
			t.Errorf("chaos %q: %v", tt.args, err)
			continue
		}
		have := map[plan.Kind]bool{}
		for _, f := range o.plan() {
			have[f.Kind] = true
		}
		for _, k := range plan.Kinds {
			if have[k] != slices.Contains(tt.want, k) {
				t.Errorf("chaos %q: have fault %s: %v, want the opposite", tt.args, k, have[k])
			}
		}
	}
}

func TestBrokerIsAwayOnceInARunOfTimers(t *testing.T) {
	o, err := readOptions([]string{"-timers", "-seconds", "150", "-seed", "7"}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	count := counts{}
	for _, f := range o.plan() {
		count[f.Kind]++
	}
	if count[plan.Broker] != 1 || count[plan.Active] < 30 {
		t.Errorf("have %v, want one of the broker and about one kill in four seconds", count)
	}
}
