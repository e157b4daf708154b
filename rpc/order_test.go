package rpc_test

import (
	"context"
	"testing"

	"github.com/enoki-go/enoki/internal/await"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
	svctest "github.com/enoki-go/enoki/testing"
)

// Desk calls Depot when it is let go on.
type Desk struct {
	Depot   rpc.Func[rpc.None, string] `rpc:"depot.hello"`
	Entered chan struct{}
	Open    chan struct{}

	_ rpc.Method `method:"Ask"`
	_ rpc.Method `method:"Hello"`
}

// Ask waits, and calls then.
func (f *Desk) Ask(ctx context.Context) (string, error) {
	close(f.Entered)
	<-f.Open
	return f.Depot(ctx, rpc.None{})
}

// Hello answers.
func (*Desk) Hello() string { return "desk" }

// Depot answers.
type Depot struct {
	_ rpc.Method `method:"Hello"`
}

// Hello answers.
func (*Depot) Hello() string { return "depot" }

// leftOf and rightOf call each other.
type leftOf struct {
	_     service.Name `name:"left_of"`
	Other rpc.Proxy    `service:"right_of"`

	_ rpc.Method `method:"Hello"`
}

func (*leftOf) Hello() string { return "left" }

type rightOf struct {
	_     service.Name `name:"right_of"`
	Other rpc.Proxy    `service:"left_of"`

	_ rpc.Method `method:"Hello"`
}

func (*rightOf) Hello() string { return "right" }

func TestServicesThatCallEachOtherStopTogether(t *testing.T) {
	svctest.New(t, &leftOf{}, &rightOf{}).Stop()
}

// A running call may still call a service of its own process while both stop.
func TestServiceStopsAfterThoseThatCallIt(t *testing.T) {
	f := &Desk{Entered: make(chan struct{}), Open: make(chan struct{})}
	w := svctest.New(t, &Depot{}, f)
	pending := w.Client().Proxy("desk").Async(await.Within(t), "ask")
	await.Take(t, f.Entered)
	stopped := make(chan struct{})
	go func() { // awaited below
		defer close(stopped)
		w.Stop()
	}()
	// Desk is stopping once nobody answers for it.
	for ctx := await.Within(t); ; {
		if found, err := w.Client().Connection().Discover(ctx, "desk"); err != nil || len(found) == 0 {
			break
		}
	}
	close(f.Open)
	result, err := pending.Result(await.Within(t))
	if err != nil {
		t.Fatalf("the call that ran at the stop: %v", err)
	}
	if got, err := result.Value(); got != "depot" || err != nil {
		t.Errorf("have %v, %v, want depot", got, err)
	}
	await.Take(t, stopped)
}
