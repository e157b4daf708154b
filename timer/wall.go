package timer

import "time"

// What the clock on the wall shows in a zone is kept as a time in UTC.

// wallOf returns what the wall shows at t.
func wallOf(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// comes returns when the wall shows a time: the first time where it does so twice,
// and where it never does, the moment at which it is passed over.
func comes(wall time.Time, zone *time.Location) time.Time {
	before, after := offsetAt(wall.AddDate(0, 0, -1).In(zone)), offsetAt(wall.AddDate(0, 0, 1).In(zone))
	early, late := wall.Add(-max(before, after)).In(zone), wall.Add(-min(before, after)).In(zone)
	switch {
	case wallOf(early, zone).Equal(wall):
		return early
	case wallOf(late, zone).Equal(wall):
		return late
	default:
		change, _ := late.ZoneBounds()
		return change.In(zone)
	}
}

// offsetAt returns how much later the wall shows it is than in UTC.
func offsetAt(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
