package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/test/chaos/plan"
)

func rules() plan.Rules {
	return plan.Rules{Kinds: plan.Kinds, Workers: 3, Callers: 2, Brokers: 3, Length: 10 * time.Minute, Gap: 2 * time.Second}
}

func TestSeedReplaysThePlan(t *testing.T) {
	first, second := plan.New(7, rules()), plan.New(7, rules())
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("two plans of seed 7 differ:\n%s", diff)
	}
	if other := plan.New(8, rules()); cmp.Equal(first, other) {
		t.Errorf("seeds 7 and 8 give the same plan of %d faults", len(first))
	}
}

func TestEveryKindComes(t *testing.T) {
	for seed := range uint64(20) {
		faults := plan.New(seed, rules())
		for _, k := range plan.Kinds {
			has := func(f plan.Fault) bool { return f.Kind == k }
			if !slices.ContainsFunc(faults, has) {
				t.Errorf("seed %d: no %s among %d faults", seed, k, len(faults))
			}
		}
	}
}

func TestOneWorkerProcessIsNeverHit(t *testing.T) {
	for seed := range uint64(50) {
		for _, workers := range []int{1, 2, 3} {
			r := rules()
			r.Workers, r.Gap = workers, 200*time.Millisecond
			faults := plan.New(seed, r)
			for _, f := range faults {
				if hit := hitAt(faults, f.At); hit >= workers {
					t.Fatalf("seed %d: %d of %d workers are hit at %v", seed, hit, workers, f.At)
				}
			}
		}
	}
}

// hitAt counts the worker processes that are dead or frozen at a time.
func hitAt(faults []plan.Fault, at time.Duration) int {
	hit := map[int]bool{}
	for _, f := range faults {
		if !f.Kind.OfBroker() && f.Kind != plan.Caller && f.At <= at && at <= f.At+f.For {
			hit[f.Target] = true
		}
	}
	return len(hit)
}

func TestFaultsStayWithinTheirLimits(t *testing.T) {
	for seed := range uint64(50) {
		var broker time.Duration
		for _, f := range plan.New(seed, rules()) {
			switch {
			case f.Kind == plan.Freeze && (f.For < time.Second || f.For > 10*time.Second):
				t.Errorf("seed %d: %v: want 1s to 10s", seed, f)
			case f.Kind.OfBroker() && f.For > 4*time.Second:
				t.Errorf("seed %d: %v: want a broker back within 5s", seed, f)
			case f.Kind.OfBroker() && broker > 0 && f.At-broker < 12*time.Second:
				t.Errorf("seed %d: %v: want 12s after the broker fault at %v", seed, f, broker)
			case f.At > rules().Length-6*time.Second:
				t.Errorf("seed %d: %v: want time to recover before %v", seed, f, rules().Length)
			}
			if f.Kind.OfBroker() {
				broker = f.At
			}
		}
	}
}

func TestFourMinutesHoldNinetyFaults(t *testing.T) {
	for _, tt := range []struct {
		gap    time.Duration
		kinds  []plan.Kind // of which there are ninety
		fewest int         // of each
	}{
		{1900 * time.Millisecond, []plan.Kind{plan.Kill, plan.Freeze, plan.Double, plan.Term, plan.Broker}, 12},
		{1200 * time.Millisecond, []plan.Kind{plan.Kill, plan.Freeze, plan.Double, plan.Term}, 15},
	} {
		for seed := range uint64(50) {
			count := map[plan.Kind]int{}
			r := plan.Rules{Kinds: plan.Kinds[:6], Workers: 3, Callers: 2, Brokers: 1, Length: 4 * time.Minute, Gap: tt.gap}
			for _, f := range plan.New(seed, r) {
				count[f.Kind]++
			}
			sum := 0
			for _, k := range tt.kinds {
				sum += count[k]
				if count[k] < tt.fewest {
					t.Errorf("seed %d, gap %v: have %d of %s, want at least %d", seed, tt.gap, count[k], k, tt.fewest)
				}
			}
			if sum < 90 {
				t.Errorf("seed %d, gap %v: have %v: %d of %v, want at least 90", seed, tt.gap, count, sum, tt.kinds)
			}
		}
	}
}

func TestNoKindsMakeAnEmptyPlan(t *testing.T) {
	r := rules()
	r.Kinds = nil
	if faults := plan.New(1, r); len(faults) > 0 {
		t.Errorf("have %v, want no faults", faults)
	}
}

func TestParseReadsKinds(t *testing.T) {
	want := []plan.Kind{plan.Kill, plan.Broker}
	if have, err := plan.Parse("kill, broker"); err != nil || !slices.Equal(have, want) {
		t.Errorf("Parse: have %v and %v, want %v", have, err, want)
	}
	for _, none := range []string{"", "none"} {
		if have, err := plan.Parse(none); err != nil || len(have) > 0 {
			t.Errorf("Parse(%q): have %v and %v, want none", none, have, err)
		}
	}
	if have, err := plan.Parse("kill,flood"); err == nil {
		t.Errorf("Parse of an unknown kind: have %v, want an error", have)
	}
}

func TestLettersAreDifferent(t *testing.T) {
	seen := map[string]plan.Kind{}
	for _, k := range plan.Kinds {
		if other, taken := seen[k.Letter()]; taken {
			t.Errorf("%s and %s: have the letter %s both", k, other, k.Letter())
		}
		seen[k.Letter()] = k
	}
}

func TestNetworksOfWorkersAndOthersAreHitAndNeverTwiceAtOnce(t *testing.T) {
	r := plan.Rules{Kinds: []plan.Kind{plan.Cut, plan.Hole}, Workers: 3, Clients: 7, Brokers: 1, Length: 10 * time.Minute, Gap: time.Second}
	for seed := range uint64(20) {
		until, hit := map[int]time.Duration{}, map[int]int{}
		for _, f := range plan.New(seed, r) {
			if f.At < until[f.Target] {
				t.Errorf("seed %d: %v: want it after the one before, which ends at %v", seed, f, until[f.Target])
			}
			if f.For < 500*time.Millisecond || f.For > 10*time.Second || f.Kind == plan.Hole && f.For < time.Second {
				t.Errorf("seed %d: %v: want a cut of 0.5s to 10s, or a hole of 1s to 10s", seed, f)
			}
			until[f.Target] = f.At + f.For
			hit[f.Target]++
		}
		for client := range r.Clients {
			if hit[client] == 0 {
				t.Errorf("seed %d: client %d is never hit: %v", seed, client, hit)
			}
		}
	}
}
