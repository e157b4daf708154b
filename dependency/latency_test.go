package dependency_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/enoki-go/enoki/dependency"
)

func TestQuantilesAreRightToAQuarter(t *testing.T) {
	t.Parallel()
	var s dependency.Served
	var took []time.Duration
	for i := range 5000 {
		d := time.Duration(50_000 * math.Pow(1.002, float64(i))) // 50 µs to 1.1 s
		took = append(took, d)
		s.Count(d, nil)
	}
	slices.Sort(took)
	l := s.Counted().Latency
	for _, q := range []float64{0.01, 0.25, 0.5, 0.95, 0.99, 1} {
		want := took[min(int(q*float64(len(took))), len(took)-1)]
		have := l.Quantile(q)
		if off := math.Abs(float64(have-want)) / float64(want); off > 0.25 {
			t.Errorf("quantile %v is %v, want %v: wrong by %.0f %%", q, have, want, 100*off)
		}
	}
}

func TestLatenciesBeyondTheClassesAreNotLost(t *testing.T) {
	t.Parallel()
	var s dependency.Served
	for _, d := range []time.Duration{-time.Second, 0, time.Nanosecond, time.Hour, math.MaxInt64} {
		s.Count(d, nil)
	}
	l := s.Counted().Latency
	if have := l.Quantile(0.01); have > 16*time.Microsecond+384*time.Nanosecond {
		t.Errorf("the shortest is %v, want below 16.4 µs", have)
	}
	if have := l.Quantile(1); have < time.Minute {
		t.Errorf("the longest is %v, want a minute or more", have)
	}
	if have := (dependency.Latency{-7: 1, 100_000: 1}).Quantile(1); have < time.Minute {
		t.Errorf("of classes that there are not the longest is %v", have)
	}
}

func TestNothingHasNoQuantile(t *testing.T) {
	t.Parallel()
	if have := dependency.Latency(nil).Quantile(0.95); have != 0 {
		t.Errorf("have %v, want 0", have)
	}
}

func TestLatencySinceLeavesOutWhatWasBefore(t *testing.T) {
	t.Parallel()
	var s dependency.Served
	s.Count(time.Second, nil)
	before := s.Counted().Latency
	s.Count(time.Millisecond, nil)
	fresh := s.Counted().Latency.Since(before)
	if have := fresh.Quantile(1); have > 2*time.Millisecond {
		t.Errorf("since then the longest is %v, want a millisecond", have)
	}
	sum := dependency.Latency{}
	sum.Add(before)
	sum.Add(fresh)
	if have := sum.Quantile(1); have < 800*time.Millisecond {
		t.Errorf("of both the longest is %v, want a second", have)
	}
}

func TestServedCountsErrorsAndTime(t *testing.T) {
	t.Parallel()
	var s dependency.Served
	s.Count(time.Second, nil)
	s.Count(2*time.Second, errors.New("no"))
	if e := s.Counted(); e.Requests != 2 || e.Errors != 1 || e.Busy != 3*time.Second {
		t.Errorf("have %+v, want 2 requests, 1 error and 3 s", e)
	}
}
