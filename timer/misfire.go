package timer

import "time"

// Misfire says what happens with a due time that was missed: the next one came
// before the method could begin, because it still ran, or nobody was there, or the
// broker was not; or it was possible more than a minute late only.
//
// In an instance a job looks back to the start of its service. In the cluster it
// looks back to the last due time that was stored by the same schedule, so also to a
// time when no instance ran, of up to 400 days; there, what is stored less than two
// seconds late was not missed. What is stored is run, unless more than a minute passes
// before an instance takes it: then skip leaves it out, once leaves it out where a
// later one is stored, and all runs it.
type Misfire string

const (
	// Skip leaves out all that was missed.
	Skip Misfire = "skip"
	// Once runs the method once for all that was missed, for the newest of them.
	Once Misfire = "once"
	// All runs the method for each, oldest first, 1000 at the most.
	All Misfire = "all"
)

const (
	// lateLimit is how late the newest due time may be without having been missed.
	lateLimit = time.Minute
	// mostMissed is how many due times are looked back to.
	mostMissed = 1000
)

// choose returns the ticks to run of the times that are due, oldest first. What is
// late by less than grace was not missed.
func (m Misfire) choose(due []time.Time, now time.Time, grace time.Duration) []Tick {
	missed := 0
	for m != All && missed < len(due) && now.Sub(due[missed]) >= grace {
		missed++
	}
	if missed == len(due) && missed > 0 && (m == Once || now.Sub(due[missed-1]) <= lateLimit) {
		missed-- // for those before it, or just due
	}
	ticks := make([]Tick, 0, len(due)-missed)
	for _, t := range due[missed:] {
		ticks = append(ticks, Tick{Due: t})
	}
	if len(ticks) > 0 {
		ticks[0].Missed = missed
	}
	return ticks
}

// stale reports whether a tick that was stored has come too late to be run for
// itself. What an instance was given before is always run again.
func (m Misfire) stale(t Tick, now time.Time) bool {
	return m != All && !t.Rerun() && now.Sub(t.Due) > lateLimit
}

// overdue returns what was due after a time and until now, oldest first; of more
// than mostMissed times the newest.
func overdue(s schedule, after, now time.Time) []time.Time {
	if since := s.back(now, mostMissed); after.Before(since) {
		after = since
	}
	var due []time.Time
	for t := s.next(after); !t.After(now); t = s.next(t) {
		due = append(due, t)
		if len(due) == 2*mostMissed {
			due = append(due[:0], due[mostMissed:]...)
		}
	}
	return due[max(0, len(due)-mostMissed):]
}
