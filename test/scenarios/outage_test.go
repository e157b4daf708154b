//go:build linux

package scenarios_test

import (
	"syscall"
	"testing"
)

func TestServicesStartBeforeTheirBroker(t *testing.T) {
	w := newVoid(t)
	p := w.run(slow)
	p.await("broker unreachable", 1)
	w.startBroker()
	p.await("connected to broker", 1)
	if have := w.prints("call", "slow.work", "n=7", "ms=1"); have[:2] != "[7" {
		t.Errorf("have %s, want 7 and the process", have)
	}
}

// Calls that run when the broker is killed, and calls that begin while there is
// none, are answered; those that run are not run again.
func TestCallsOutliveTheirBroker(t *testing.T) {
	w := newWorld(t)
	p := w.run(slow, workers(20))
	client := w.client()
	for trial := range trials(t, 3) {
		running := w.begin(client, 10, longWave)
		running.awaitStarts()
		w.broker.Signal(syscall.SIGKILL)
		w.broker.Exits(-1)
		late := w.begin(client, 5, wave)
		p.await("connection to broker lost", trial+1)
		w.startBroker()
		running.collect()
		late.collect()
	}
	w.wantOnce(0)
}
