//go:build linux

package scenarios_test

import (
	"syscall"
	"testing"
	"time"
)

// noticed is after how long the death of an instance is known at the latest, with
// a tenth of a second for the machine.
var noticed = within(1100 * time.Millisecond)

// kill kills the process that works, as the kernel does when memory is short; svc
// run then says so and ends.
func (p *process) kill() (pid int, at time.Time) {
	p.t.Helper()
	pid, at = p.worker(), time.Now()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		p.t.Fatalf("kill %d: %v", pid, err)
	}
	return pid, at
}

func TestS9bCallsOfAKilledInstanceAreAnswered(t *testing.T) {
	w := newWorld(t)
	w.run(slow)
	victim := w.run(slow)
	length := fullScale(longWave)
	calls := w.begin(w.client(), 20, length)
	calls.awaitStarts()
	calls.awaitAge(length * 2 / 5)
	pid, killed := victim.kill()
	a := calls.collect()
	a.wantSpread([]int{20})
	// The survivor is busy for one wave; what was lost then takes one more.
	wantBetween(t, "all calls", a.took, 2*length, max(2*length, killed.Sub(calls.began)+noticed+length)+length/2)
	if have := len(w.moved(calls.first, pid, killed)); have != 10 {
		t.Errorf("%d calls moved, want 10", have)
	}
}

func TestS9bCallsOfAKilledInstanceStartElsewhereWithinASecond(t *testing.T) {
	w := newWorld(t)
	w.run(slow, workers(20))
	client := w.client()
	var moves []time.Duration
	for range trials(t, 3) {
		victim := w.run(slow, workers(20))
		calls := w.begin(client, 20, longWave)
		calls.awaitStarts()
		pid, killed := victim.kill()
		calls.collect()
		moved := w.moved(calls.first, pid, killed)
		if len(moved) == 0 {
			t.Error("the instance that was killed had no calls, want some")
		}
		moves = append(moves, moved...)
	}
	wantAtMost(t, "between the kill and the start elsewhere", moves, noticed)
}
