package main

import (
	"math/bits"
	"time"
)

// histogram counts durations. Its buckets are 1/32 of their value wide, and it
// takes no memory of its own while it counts, which would be counted as the
// contestant's.
type histogram struct {
	buckets [(64 - stepBits) << stepBits]int64
}

// stepBits is the logarithm of the number of buckets between a power of two and
// the next.
const stepBits = 5

func (h *histogram) add(d time.Duration) { h.buckets[bucketOf(d)]++ }

func (h *histogram) merge(other *histogram) {
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
}

func (h *histogram) count() int64 {
	var n int64
	for _, c := range h.buckets {
		n += c
	}
	return n
}

// median returns the middle of the bucket below whose end half of the durations lie; 0
// where there are none.
func (h *histogram) median() time.Duration {
	rank := h.count() / 2
	for i, n := range h.buckets {
		if n > 0 && rank < n {
			return (lowest(i) + lowest(i+1)) / 2
		}
		rank -= n
	}
	return 0
}

// bucketOf keeps the highest bit of a duration and the next ones.
func bucketOf(d time.Duration) int {
	v := uint64(max(0, d))
	shift := max(0, bits.Len64(v)-stepBits-1)
	return shift<<stepBits + int(v>>shift)
}

// lowest returns the shortest duration of a bucket.
func lowest(bucket int) time.Duration {
	shift := max(0, bucket>>stepBits-1)
	return time.Duration(bucket-shift<<stepBits) << shift
}
