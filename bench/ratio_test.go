package main

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestQuantileLiesBetweenValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		values []float64
		share  float64
		want   float64
	}{
		{"of none", nil, 0.5, 0},
		{"of one", []float64{7}, 0.25, 7},
		{"median of an odd number, unsorted", []float64{9, 1, 5}, 0.5, 5},
		{"median of an even number", []float64{4, 1, 2, 3}, 0.5, 2.5},
		{"first quartile", []float64{1, 2, 3, 4, 5}, 0.25, 2},
		{"first quartile between two", []float64{1, 2, 3, 4}, 0.25, 1.75},
		{"lowest", []float64{3, 1, 2}, 0, 1},
		{"highest", []float64{3, 1, 2}, 1, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := quantile(tt.values, tt.share); got != tt.want {
				t.Errorf("quantile %v of %v: have %v, want %v", tt.share, tt.values, got, tt.want)
			}
		})
	}
}

func TestQuantileLeavesTheValuesAlone(t *testing.T) {
	t.Parallel()
	values := []float64{3, 1, 2}
	quantile(values, 0.5)
	if diff := cmp.Diff([]float64{3, 1, 2}, values); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
}

// The machine gets twice as fast in the middle; the ratio does not see it.
func TestRatiosAreToTheRoundsBeforeAndAfter(t *testing.T) {
	t.Parallel()
	samples := []sample{
		{Contestant: "base", Rate: 100},
		{Contestant: "a", Rate: 50},
		{Contestant: "base", Rate: 100},
		{Contestant: "b", Rate: 300},
		{Contestant: "base", Rate: 200},
		{Contestant: "a", Rate: 100},
		{Contestant: "base", Rate: 200},
	}
	rate := func(s sample) float64 { return s.Rate }
	for name, want := range map[string][]float64{"a": {0.5, 0.5}, "b": {2}} {
		if diff := cmp.Diff(want, ratios(samples, name, rate)); diff != "" {
			t.Errorf("%s: -want +have\n%s", name, diff)
		}
	}
	if diff := cmp.Diff([]float64{100.0 / 150, 100.0 / 150, 200.0 / 150, 200.0 / 150}, steadiness(samples, "base", rate)); diff != "" {
		t.Errorf("base: -want +have\n%s", diff)
	}
}

func TestRowHoldsRatiosAndMedians(t *testing.T) {
	t.Parallel()
	base := sample{
		Contestant: "base", Rate: 100, P50: 10,
		ClientCPU: 10, ServerCPU: 20, BrokerCPU: 30, ClientMallocs: 7, ServerMallocs: 4,
	}
	ours := sample{
		Contestant: "ours", Rate: 150, P50: 5,
		ClientCPU: 20, ServerCPU: 10, BrokerCPU: 90, ClientMallocs: 8, ServerMallocs: 9,
	}
	one := func(r float64) spread { return spread{r, r, r, []float64{r}} }
	want := row{
		Mode: "m", Contestant: "ours",
		Rate: one(1.5), CPU: one(2), ClientCPU: one(2), ServerCPU: one(0.5), BrokerCPU: one(3),
		Calls: 150, P50: 5, CPUPerCall: perProcess{Client: 20, Server: 10, Broker: 90}, ClientMallocs: 8, ServerMallocs: 9,
	}
	if diff := cmp.Diff(want, newRow("m", "ours", []sample{base, ours, base}, ratios)); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
}

func TestPeersAreComparedRoundByRound(t *testing.T) {
	t.Parallel()
	rows := []row{{Contestant: "base", Rate: spreadOf([]float64{1})}, {Contestant: "hand", Rate: spreadOf([]float64{0.5, 0.8, 0.4})}}
	for _, tt := range []struct {
		name, peer string
		want       spread
	}{
		{"peer measured", "hand", spread{0.75, 1, 1.5, []float64{1, 0.5, 2}}},
		{"peer not measured", "other", spread{}},
		{"no peer", "", spread{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := row{Contestant: "ours", Rate: spreadOf([]float64{0.5, 0.4, 0.8})}
			compareToPeer(&r, rows, tt.peer)
			if diff := cmp.Diff(tt.want, r.PeerRate); diff != "" {
				t.Errorf("-want +have\n%s", diff)
			}
		})
	}
}

func TestSampleIsPerCall(t *testing.T) {
	t.Parallel()
	got := newSample("ours", tally{Calls: 10, Elapsed: 2 * time.Second, P50: 3},
		[3]usage{{CPU: 100, Mallocs: 5}, {CPU: 0, Mallocs: 0}, {CPU: 7}},
		[3]usage{{CPU: 200, Mallocs: 85}, {CPU: 50, Mallocs: 35}, {CPU: 77}})
	want := sample{
		Contestant: "ours", Rate: 5, P50: 3,
		ClientCPU: 10, ServerCPU: 5, BrokerCPU: 7, ClientMallocs: 8, ServerMallocs: 3.5,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +have\n%s", diff)
	}
}

func TestScheduleSurroundsEveryOtherWithTheBase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		others []string
		want   []string
	}{
		{"one other", []string{"a"}, []string{"x", "a", "x", "a", "x"}},
		{"two others", []string{"a", "b"}, []string{"x", "a", "x", "b", "x", "a", "x", "b", "x"}},
		{"the base alone", nil, []string{"x", "x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, schedule("x", tt.others, 2)); diff != "" {
				t.Errorf("-want +have\n%s", diff)
			}
		})
	}
}

func TestHistogramBucketsAreNarrowAndComplete(t *testing.T) {
	t.Parallel()
	for d := time.Duration(0); d >= 0 && d < math.MaxInt64/2; d = d*9/8 + 1 {
		i := bucketOf(d)
		if low, next := lowest(i), lowest(i+1); d < low || d >= next {
			t.Fatalf("%d is in the bucket of %d to %d", d, low, next)
		} else if next-low > max(1, low/32) {
			t.Fatalf("bucket of %d to %d: want it 1/32 wide at the most", low, next)
		}
	}
	var h histogram
	h.add(math.MaxInt64) // has a bucket
	h.add(-1)
	if got := h.count(); got != 2 {
		t.Errorf("have %d durations, want 2", got)
	}
}

func TestHistogramFindsTheMedian(t *testing.T) {
	t.Parallel()
	var a, b histogram
	for i := range 1001 {
		if d := time.Duration(i) * time.Microsecond; i%2 == 0 {
			a.add(d)
		} else {
			b.add(d)
		}
	}
	a.merge(&b)
	want := 500 * time.Microsecond
	if got := a.median(); (got - want).Abs() > want/32 {
		t.Errorf("have median %v of 0 to 1 ms, want %v", got, want)
	}
	if got := new(histogram).median(); got != 0 {
		t.Errorf("have median %v of nothing, want 0", got)
	}
}
