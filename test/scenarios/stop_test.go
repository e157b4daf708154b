//go:build linux

package scenarios_test

import (
	"slices"
	"syscall"
	"testing"
	"time"
)

// stopping is what an instance says after the first signal; then it is ready for
// the second.
const stopping = "a second signal stops at once"

// twice sends ^C ^C and returns when it sent the second.
func (p *process) twice() time.Time {
	p.t.Helper()
	p.Signal(syscall.SIGINT)
	p.await(stopping, 1)
	return p.Signal(syscall.SIGINT)
}

func TestS8CallsOfAnInstanceThatIsForcedToLeaveMoveToTheOther(t *testing.T) {
	w := newWorld(t)
	w.run(slow)
	victim := w.run(slow)
	length := fullScale(longWave)
	calls := w.begin(w.client(), 20, length)
	calls.awaitStarts()
	calls.awaitAge(length * 2 / 5)
	killed := victim.twice()
	wantBetween(t, "leaving", victim.Exits(130).Sub(killed), 0, within(1500*time.Millisecond))
	a := calls.collect()
	a.wantWaves(2, length)
	a.wantSpread([]int{20})
	if have := len(w.moved(calls.first, victim.worker(), killed)); have != 10 {
		t.Errorf("%d calls moved, want 10", have)
	}
}

func TestS9AnInstanceThatIsAskedToLeaveFinishesItsCalls(t *testing.T) {
	for _, tt := range []struct {
		name string
		sig  syscall.Signal
	}{{"SIGINT", syscall.SIGINT}, {"SIGTERM", syscall.SIGTERM}} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.run(slow)
			leaving := w.run(slow)
			calls := w.begin(w.client(), 20, longWave)
			calls.awaitStarts()
			leaving.Signal(tt.sig)
			leaving.Exits(0)
			wantBetween(t, "leaving", time.Since(calls.began), longWave, 2*longWave)
			a := calls.collect()
			a.wantWaves(1, longWave)
			a.wantSpread([]int{10, 10})
			w.wantOnce(calls.first)
		})
	}
}

// Half of the calls wait for a worker when the signal comes.
func TestS9CallsThatWaitMoveToTheOtherInstance(t *testing.T) {
	w := newWorld(t)
	w.run(slow)
	leaving := w.run(slow)
	calls := w.begin(w.client(), 40, wave)
	w.awaitStarts(calls.first, 20)
	leaving.Signal(syscall.SIGTERM)
	gone := leaving.Exits(0)
	wantBetween(t, "leaving", gone.Sub(calls.began), 0, within(2*wave))
	a := calls.collect()
	a.wantWaves(3, wave)
	a.wantSpread([]int{10, 30})
	w.wantOnce(calls.first)
}

// The promise is 50 ms; what is asserted leaves room for a busy machine.
func TestS8ForcedStopMovesCallsAtOnce(t *testing.T) {
	limit := within(500 * time.Millisecond)
	w := newWorld(t)
	w.run(slow, workers(20))
	client := w.client()
	var moves, exits []time.Duration
	for range trials(t, 3) {
		victim := w.run(slow, workers(20))
		calls := w.begin(client, 20, longWave)
		calls.awaitStarts()
		killed := victim.twice()
		exits = append(exits, victim.Exits(130).Sub(killed))
		calls.collect()
		moved := w.moved(calls.first, victim.worker(), killed)
		if len(moved) == 0 {
			t.Error("the instance that left had no calls, want some")
		}
		moves = append(moves, moved...)
	}
	wantAtMost(t, "between the second signal and the start elsewhere", moves, limit)
	wantAtMost(t, "between the second signal and the end of the process", exits, within(1500*time.Millisecond))
}

// wantAtMost logs a distribution and checks its end.
func wantAtMost(t *testing.T, what string, all []time.Duration, limit time.Duration) {
	t.Helper()
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	middle, last := all[len(all)/2].Round(time.Microsecond), all[len(all)-1].Round(time.Microsecond)
	t.Logf("%s: %v in the middle, %v at most, of %d", what, middle, last, len(all))
	if last > limit {
		t.Errorf("%s: have %v, want at most %v", what, last, limit)
	}
}
