package rpc_test

import (
	"strings"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	svctest "github.com/enoki-go/enoki/testing"
)

// Red without server.settle: the process is gone when its caller asks for the
// answer, and the call runs again, or nowhere.
func TestStopWhileTheBrokerIsAwayWaitsToSendWhatIsOwed(t *testing.T) {
	t.Parallel()
	g := newGate()
	w := svctest.New(t, g)
	client := dial(t, w)
	p := client.Proxy("gate").Async(await.Within(t), "hold", 7)
	await.Take(t, g.entered)
	w.Broker().Stop()
	await.Until(t, "a word about the loss", func() bool { return strings.Contains(w.Log(), "connection to broker lost") })
	stopped := make(chan struct{})
	go func() { w.Stop(); close(stopped) }()
	await.Until(t, "stopping", func() bool { return strings.Contains(w.Log(), "stopping") })
	close(g.open)
	await.Until(t, "waiting", func() bool { return strings.Contains(w.Log(), "answers are owed") })
	w.Broker().Restart()
	if got, err := decoded[int](p.Result(await.Within(t))); got != 7 || err != nil {
		t.Errorf("have %d, %v, want 7", got, err)
	}
	await.Take(t, stopped)
	if again := len(g.entered); again != 0 {
		t.Errorf("have %d further runs, want none", again)
	}
}
