package rpc_test

import (
	"strings"
	"testing"

	svctest "github.com/enoki-go/enoki/testing"
)

// Red without server.settle: the process is gone when its caller asks for the
// answer, and the call runs again, or nowhere.
func TestStopWhileTheBrokerIsAwayWaitsToSendWhatIsOwed(t *testing.T) {
	t.Parallel()
	g := newGate()
	w := svctest.New(t, g)
	client := dial(t, w)
	p := client.Proxy("gate").Async(within(t), "hold", 7)
	take(t, g.entered)
	w.Broker().Stop()
	eventually(t, "a word about the loss", func() bool { return strings.Contains(w.Log(), "connection to broker lost") })
	stopped := make(chan struct{})
	go func() { w.Stop(); close(stopped) }()
	eventually(t, "stopping", func() bool { return strings.Contains(w.Log(), "stopping") })
	close(g.open)
	eventually(t, "waiting", func() bool { return strings.Contains(w.Log(), "answers are owed") })
	w.Broker().Restart()
	if got, err := decoded[int](p.Result(within(t))); got != 7 || err != nil {
		t.Errorf("have %d, %v, want 7", got, err)
	}
	take(t, stopped)
	if again := len(g.entered); again != 0 {
		t.Errorf("have %d further runs, want none", again)
	}
}
