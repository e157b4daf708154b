package timer

import (
	"math"
	"time"
)

// schedule is an endless sequence of due times.
type schedule interface {
	// next returns the first due time after a time.
	next(after time.Time) time.Time
	// back returns a time since which the last n times that were due until now are
	// due; it may lie further back than it has to.
	back(now time.Time, n int) time.Time
	// since returns the schedule of an instance that starts at a time.
	since(start time.Time) schedule
	// location returns the zone in which its due times are told.
	location() *time.Location
	// String returns the schedule as people write it.
	String() string
}

// period is due at from and at whole multiples of an interval after it.
type period struct {
	every time.Duration
	from  time.Time
}

func (p period) next(after time.Time) time.Time {
	if after.Before(p.from) {
		return p.from
	}
	since := after.Sub(p.from)
	return p.from.Add(since - since%p.every + p.every)
}

func (p period) back(now time.Time, n int) time.Time {
	every, count := int64(p.every), int64(n+1)
	if every > math.MaxInt64/count {
		return time.Time{}
	}
	return now.Add(-time.Duration(every * count))
}

func (p period) since(start time.Time) schedule { return period{p.every, start} }
func (period) location() *time.Location         { return time.UTC }
func (p period) String() string                 { return "every " + p.every.String() }
