package dependency

import (
	"maps"
	"math/bits"
	"slices"
	"time"
)

// Latencies are kept in classes that are a quarter of a power of two wide, as those of
// HdrHistogram are: a quantile is wrong by a quarter at the most. Class 0 takes what is
// shorter than 2^shortest nanoseconds (16 µs), the last what is longer than 2^longest (69 s).
const (
	shortest = 14
	longest  = 36
	classes  = (longest-shortest)*4 + 2
)

// Latency is how many calls took how long: a number of calls for each class.
type Latency map[int]int64

// Add adds the calls of other.
func (l Latency) Add(other Latency) {
	for class, n := range other {
		l[class] += n
	}
}

// Since returns the calls that were not in before, what the same entrypoint had said
// earlier.
func (l Latency) Since(before Latency) Latency {
	fresh := make(Latency, len(l))
	for class, n := range l {
		if n > before[class] {
			fresh[class] = n - before[class]
		}
	}
	return fresh
}

// Quantile returns how long a call took that was longer than the share q of all, from 0 to
// 1, to a quarter; 0 without calls.
func (l Latency) Quantile(q float64) time.Duration {
	var total int64
	for _, n := range l {
		total += n
	}
	rank := q * float64(total)
	var seen float64
	for _, class := range slices.Sorted(maps.Keys(l)) {
		n := float64(l[class])
		if n > 0 && seen+n >= rank {
			low, high := bounds(class)
			return low + time.Duration(float64(high-low)*(rank-seen)/n)
		}
		seen += n
	}
	return 0
}

// classOf returns the class of a duration: the power of two below it, and which quarter
// of the way to the next it has gone.
func classOf(d time.Duration) int {
	if d < 1<<shortest {
		return 0
	}
	octave := bits.Len64(uint64(d)) - 1
	if octave >= longest {
		return classes - 1
	}
	quarter := int(uint64(d)>>(octave-2)) & 3
	return 1 + (octave-shortest)*4 + quarter
}

// bounds returns from where to where a class reaches. Of those that reach without an end,
// both are where they begin; what is no class is taken for the nearest.
func bounds(class int) (low, high time.Duration) {
	class = min(max(class, 0), classes-1)
	switch class {
	case 0:
		return 0, 1 << shortest
	case classes - 1:
		return 1 << longest, 1 << longest
	}
	octave, quarter := shortest+(class-1)/4, (class-1)%4
	step := time.Duration(1) << (octave - 2)
	low = 4*step + time.Duration(quarter)*step
	return low, low + step
}
