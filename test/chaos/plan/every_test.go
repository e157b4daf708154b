package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/enoki-go/enoki/test/chaos/plan"
)

func TestFaultsOfOneKindKeepTheirPeriod(t *testing.T) {
	for _, tt := range []struct {
		kind   plan.Kind
		period time.Duration
		most   time.Duration // until the restart
	}{{plan.Active, 4 * time.Second, time.Second}, {plan.Stream, 15 * time.Second, 3500 * time.Millisecond}} {
		for seed := range uint64(20) {
			faults := plan.Every(seed, tt.kind, tt.period, rules())
			if want := int(rules().Length / tt.period); len(faults) < want*8/10 || len(faults) > want*12/10 {
				t.Errorf("seed %d, %s: have %d faults, want about %d", seed, tt.kind, len(faults), want)
			}
			for i, f := range faults {
				if f.Kind != tt.kind || f.For > tt.most || i > 0 && f.At-faults[i-1].At < tt.period*3/4 {
					t.Errorf("seed %d: have %v after %v, want %s for at most %v, %v apart", seed, f, faults[max(0, i-1)], tt.kind, tt.most, tt.period)
				}
			}
		}
	}
}

func TestSeedReplaysFaultsOfOneKind(t *testing.T) {
	first, second := plan.Every(7, plan.Active, time.Second, rules()), plan.Every(7, plan.Active, time.Second, rules())
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("faults of seed 7 differ:\n%s", diff)
	}
	if cmp.Equal(first, plan.Every(8, plan.Active, time.Second, rules())) {
		t.Error("seeds 7 and 8 give the same faults")
	}
}

func TestMergedPlansAreInOrder(t *testing.T) {
	merged := plan.Merge(plan.New(7, rules()), plan.Every(7, plan.Stream, time.Second, rules()))
	for i := 1; i < len(merged); i++ {
		if merged[i].At < merged[i-1].At {
			t.Fatalf("have %v after %v", merged[i], merged[i-1])
		}
	}
	if want := len(plan.New(7, rules())) + len(plan.Every(7, plan.Stream, time.Second, rules())); len(merged) != want {
		t.Errorf("have %d faults, want %d", len(merged), want)
	}
}
