package role

import (
	"testing"
	"testing/synctest"
	"time"
)

// drawn collects what a load does.
func drawn(l Load) (methods map[string]int, lengths []time.Duration) {
	methods = map[string]int{}
	l.each(func(_ int, method string, d time.Duration) {
		methods[method]++
		lengths = append(lengths, d)
	})
	return methods, lengths
}

func TestLoadKeepsItsRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Load{Phases: []Phase{{Rate: 100, For: 2 * time.Second}, {Rate: 400, For: time.Second}}}
		begin := time.Now()
		bySecond := make([]int, 4)
		l.each(func(int, string, time.Duration) { bySecond[int(time.Since(begin)/time.Second)]++ })
		if want := [...]int{100, 100, 400, 0}; [4]int(bySecond) != want {
			t.Errorf("calls by second: have %v, want %v", bySecond, want)
		}
	})
}

func TestLoadIsReplayedByItsSeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Load{Seed: 5, Phases: []Phase{{Rate: 100, For: 10 * time.Second}}}
		_, first := drawn(l)
		_, second := drawn(l)
		for i := range first {
			if first[i] != second[i] {
				t.Fatalf("call %d: have %v and %v, want the same", i, first[i], second[i])
			}
		}
	})
}

func TestMixtureHasAllMethodsAndLengths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		methods, lengths := drawn(Load{Seed: 5, Phases: []Phase{{Rate: 1000, For: 10 * time.Second}}})
		for method, least := range map[string]int{Work: 6000, Once: 2500, Panic: 300} {
			if methods[method] < least {
				t.Errorf("calls of %s among 10000: have %d, want at least %d", method, methods[method], least)
			}
		}
		var sum time.Duration
		for _, d := range lengths {
			sum += d
		}
		if mean := sum / time.Duration(len(lengths)); mean < 65*time.Millisecond || mean > 95*time.Millisecond {
			t.Errorf("mean length: have %v, want about 79ms", mean)
		}
	})
}

func TestNaiveLoadDoesNotPanic(t *testing.T) {
	if methods, _ := drawn(Load{Crowd: 1000, Naive: true}); methods[Panic] > 0 {
		t.Errorf("calls of %s: have %d, want none", Panic, methods[Panic])
	}
}

func TestCrowdComesAtOnce(t *testing.T) {
	methods, lengths := drawn(Load{Crowd: 1000, Plain: true, Fixed: time.Second})
	if methods[Work] != 1000 || lengths[0] != time.Second {
		t.Errorf("have %v of %v, want 1000 of %s and 1s", methods, lengths[0], Work)
	}
}
